// The keyboard map. Single keys work outside of fields; nothing here submits but Ctrl or ⌘ with Enter.
(() => {
  let leader = 0;

  const items = () => [...document.querySelectorAll("[data-item]"), ...document.querySelectorAll(".cards article[tabindex]")];
  const shown = (node) => node.offsetParent !== null;

  const move = (step) => {
    const all = items().filter(shown);
    const at = all.findIndex((item) => item.contains(document.activeElement));
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
    (next?.querySelector("a[data-open]") ?? next)?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  const follow = (selector) => document.querySelector(selector)?.click();

  const expand = () => {
    const cards = [...document.querySelectorAll(".card > details")];
    const open = cards.some((card) => !card.open);
    for (const card of cards) card.open = open;
  };

  const write = () => {
    const box = document.querySelector("#composer [data-comment-box]") ?? document.querySelector("[data-comment-box]");
    box?.focus();
  };

  const approve = () => {
    const panel = document.querySelector("#approval > .approval");
    if (!panel) return;
    location.hash = "approval";
    (panel.querySelector("input[name=action]") ?? panel.querySelector("h2"))?.focus();
  };

  const help = () => {
    const dialog = document.getElementById("keyboard");
    if (dialog?.open) dialog.close();
    else dialog?.showModal();
  };

  const open = () => {
    const item = document.activeElement?.closest?.("article[tabindex]");
    const details = item === document.activeElement && item.querySelector(":scope > details");
    if (details) details.open = !details.open;
  };

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    e: expand,
    c: write,
    a: approve,
    d: () => follow("[data-diff]"),
    "/": () => document.querySelector("[data-filter]")?.focus(),
    ".": () => document.querySelector(".cards > :last-child")?.scrollIntoView({ block: "end" }),
    "[": () => follow("[data-previous]"),
    "]": () => follow("[data-next]"),
    "?": help,
    Enter: open,
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest?.("form");
      if (form) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("[type=submit]"));
      }
      return;
    }
    if (event.key === "Escape" && field) return field.blur();
    if (field && !/^(radio|checkbox)$/.test(field.type)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "i" && Date.now() - leader < 1000) return location.assign("/");
    leader = event.key === "g" ? Date.now() : 0;
    const act = KEYS[event.key];
    if (!act) return;
    if (event.key !== "Enter") event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-help]")) help();
  });
})();
