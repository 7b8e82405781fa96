// What was typed and not yet sent survives a reload, per decision set, in this browser alone.
(() => {
  const name = (form) => `draft:${form.dataset.draft}`;
  const box = (form) => form.querySelector("textarea");

  const restore = (root) => {
    const forms = root.matches?.("form[data-draft]") ? [root] : root.querySelectorAll("form[data-draft]");
    for (const form of forms) {
      const sent = localStorage.getItem(`${name(form)}:sent`);
      localStorage.removeItem(`${name(form)}:sent`);
      const kept = localStorage.getItem(name(form));
      if (sent && !box(form)?.value) {
        localStorage.removeItem(name(form));
      } else if (kept && box(form) && !box(form).value) {
        box(form).value = kept;
      }
    }
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form || event.target !== box(form)) return;
    if (event.target.value) localStorage.setItem(name(form), event.target.value);
    else localStorage.removeItem(name(form));
  });

  // A plain submit leaves the page: whether it was taken shows when the next page comes with an empty box.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset?.draft && !form.hasAttribute("hx-post")) localStorage.setItem(`${name(form)}:sent`, "1");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig?.elt;
    if (form?.dataset?.draft && event.detail.xhr.status < 300) localStorage.removeItem(name(form));
  });

  document.addEventListener("htmx:load", (event) => restore(event.detail.elt));
})();
