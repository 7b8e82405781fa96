// What was typed and not yet sent survives a reload, signing out and a server that is away: per form and person, in
// this browser alone. It goes when the server has taken it.
(() => {
  const forms = "form[data-draft]";
  const name = (form) => `draft:${document.body.dataset.caller}:${form.dataset.draft}`;
  const box = (form) => form.querySelector("textarea");
  const clock = (moment) => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  const kept = (form) => {
    try {
      return JSON.parse(localStorage.getItem(name(form)));
    } catch {
      return null; // not ours
    }
  };

  const tell = (form, words) => {
    const place = form.querySelector("[data-draft-saved]");
    if (place && place.textContent !== words) place.textContent = words;
  };

  const keep = (form) => {
    const { value } = box(form);
    const untouched = !box(form).hasAttribute("aria-invalid") && value === box(form).defaultValue;
    if (!value || untouched) {
      localStorage.removeItem(name(form));
      tell(form, "");
      return;
    }
    const at = Date.now();
    localStorage.setItem(name(form), JSON.stringify({ text: value, at }));
    tell(form, `Draft saved ${clock(at)}`);
  };

  // A box that the server filled holds what was refused, or what is being edited: a draft is newer than that.
  const restore = (root) => {
    const found = root.matches?.(forms) ? [root] : root.querySelectorAll(forms);
    for (const form of found) {
      const draft = kept(form);
      if (!draft || !box(form) || box(form).value !== box(form).defaultValue) continue;
      if (box(form).hasAttribute("aria-invalid")) continue;
      box(form).value = draft.text;
      tell(form, `Draft saved ${clock(draft.at)}`);
    }
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.(forms);
    if (form && event.target === box(form)) keep(form);
  });

  // An example is typed for whoever chooses it: the page stays, and what else stands in its form.
  document.addEventListener("click", (event) => {
    const example = event.target.closest?.("[data-example]");
    const form = example && document.querySelector(forms);
    if (!form || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    box(form).value = example.textContent;
    keep(form);
    box(form).focus();
  });

  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("[data-discard]")?.closest(forms);
    if (form) localStorage.removeItem(name(form));
  });

  // Before anything else is done with the answer: it may lead to another page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches?.(forms) && xhr.status < 300) localStorage.removeItem(name(elt));
  });

  document.addEventListener("htmx:load", (event) => restore(event.detail.elt));
})();
