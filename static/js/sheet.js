// The approval as a sheet over a narrow page, and menus: the focus goes in, Escape closes, and the focus comes back.
(() => {
  let from = null; // how far the page was scrolled when the sheet opened

  const closer = () => document.querySelector("#approval > .approval .sheet-close");
  const isOpen = () => location.hash === "#approval" && Boolean(closer()?.offsetParent);

  const enter = () => {
    const panel = document.getElementById("approval");
    if (!isOpen() || panel.contains(document.activeElement)) return;
    panel.querySelector("h2[tabindex]").focus({ preventScroll: true });
  };

  const close = () => {
    const at = from;
    location.hash = "main";
    if (at !== null) scrollTo(0, at);
    document.querySelector("#leaf-decide a")?.focus({ preventScroll: true });
    from = null;
  };

  const closeMenu = () => {
    const menu = document.querySelector("details.menu[open], .topbar details[open]");
    if (!menu) return false;
    menu.open = false;
    menu.querySelector("summary").focus();
    return true;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#leaf-decide a")) {
      from = scrollY;
    } else if (event.target.closest?.(".sheet-close")) {
      event.preventDefault();
      close();
    }
  });
  window.addEventListener("hashchange", enter);
  document.addEventListener("DOMContentLoaded", enter);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
    if (closeMenu()) return;
    if (isOpen()) close();
  });
})();
