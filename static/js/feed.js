// What the stream brings: each card once and in order, no form swapped away under somebody's hands, no scroll or focus
// moved. A form marked data-guarded is in use while something is typed in it.
(() => {
  const NEAR = 120; // px from the end within which the page follows
  const AGAIN = 150; // ms until leaves that were overtaken are read again
  const byId = (id) => document.getElementById(id);
  let [waiting, unseen] = [0, 0];
  const title = document.title;
  const below = () => {
    const feed = document.querySelector(".feed");
    return feed ? feed.getBoundingClientRect().bottom - innerHeight : 0;
  };

  const sending = new WeakSet();
  const held = new Set(); // ids of what the stream brought anew and could not replace

  const guards = (part) => {
    const around = part.closest("form[data-guarded]");
    return around ? [around] : [...part.querySelectorAll("form[data-guarded]")];
  };

  // Asked of the fields: while htmx settles, a form bears the attributes of the one before it.
  const changed = (field) => {
    if (field.matches("[aria-invalid]")) return true;
    if (field.matches("textarea")) return field.value !== "";
    if (field.matches("select")) {
      const preset = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(preset, 0);
    }
    if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
    return field.matches("input:not([type=hidden])") && field.value !== field.defaultValue;
  };
  const typedIn = (form) => [...form.elements].some(changed);

  // Typed in, being sent, or holding the focus where nothing could take it over.
  const inUse = (target, fragment) => {
    if (guards(target).some((form) => sending.has(form) || typedIn(form))) return true;
    const focused = document.activeElement;
    if (!target.contains(focused) || target.closest("#leaf-composer")) return false;
    return Boolean(focused.closest("details form[data-guarded]")) || !(focused.id && fragment?.querySelector?.(`#${CSS.escape(focused.id)}`));
  };

  const keepFocus = (target) => {
    const focused = document.activeElement;
    if (!target.contains(focused)) return;
    const heirs = [focused.id, target.closest("#composer") && "composer-text", "feed-title"];
    queueMicrotask(() => {
      if (!document.body.contains(focused)) heirs.map(byId).find(Boolean)?.focus({ preventScroll: true });
    });
  };

  const tell = () => {
    const behind = new Set([...held].flatMap((id) => (byId(id) ? guards(byId(id)) : [])));
    for (const note of document.querySelectorAll(".held")) {
      const form = note.closest("form") ?? note.parentElement.querySelector("form");
      note.hidden = !behind.has(form) || sending.has(form) || !typedIn(form);
    }
  };

  const idOf = (target) => target.id || target.querySelector("[id^=card-]")?.id;

  // The same gate once more brings nothing new: a comment that stood in its box from the start is no reason to warn.
  const gateIn = (part) => part?.querySelector?.("form[data-gate]")?.dataset.gate;
  const hold = (target, fragment) => {
    if (idOf(target) && !(gateIn(target) && gateIn(target) === gateIn(fragment))) held.add(idOf(target));
    tell();
  };

  // Whatever was held is read again as soon as its form is free.
  const release = () => {
    for (const id of held) if (!byId(id)) held.delete(id);
    tell();
    if ([...held].some((id) => !inUse(byId(id)))) htmx.trigger("#refresh", "stale");
  };

  const place = (list, items) => {
    let added = 0;
    for (const item of [...items]) {
      if (item.nodeName !== "LI" || byId(`card-${item.dataset.seq}`)) continue;
      const seq = Number(item.dataset.seq);
      let before = list.lastElementChild;
      while (before && Number(before.dataset.seq) > seq) before = before.previousElementSibling;
      if (before) before.after(item);
      else list.prepend(item);
      htmx.process(item);
      added += 1;
    }
    return added;
  };

  const typing = () => document.activeElement?.closest?.("form:not(#composer)");
  const follow = () => below() > 0 && scrollBy({ top: below() + 16, behavior: "instant" });

  const arrived = (added, wasNear) => {
    if (!added) return;
    document.querySelector(".feed > .empty")?.remove();
    if (wasNear && !typing()) {
      follow();
    } else {
      waiting += added;
      jump();
    }
    if (document.hidden) {
      unseen += added;
      const gate = byId("leaf-decide");
      const number = document.querySelector("[data-number]")?.dataset.number;
      document.title = `(${unseen}) ${gate && !gate.hidden ? "Approve " : ""}#${number} · Countersign`;
    }
  };

  const jump = () => {
    const button = byId("latest");
    if (!button) return;
    if (below() < NEAR) waiting = 0;
    button.hidden = waiting === 0;
    button.querySelector("[data-new]").textContent = waiting ? `${waiting} new · ` : "";
  };

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.id === "cards") {
      event.detail.shouldSwap = false;
      const near = below() < NEAR;
      arrived(place(target, fragment.children), near);
      return;
    }
    if (target.id === "speaking" && below() < NEAR && !typing()) queueMicrotask(follow);
    if (inUse(target, fragment)) {
      event.detail.shouldSwap = false;
      hold(target, fragment);
      return;
    }
    held.delete(idOf(target));
    keepFocus(target);
    for (const { parentElement } of target.querySelectorAll("[id] > details[open]"))
      fragment.querySelector?.(`#${CSS.escape(parentElement.id)} > details`)?.setAttribute("open", "");
    const open = target.querySelector(":scope > details")?.open;
    const details = fragment.querySelector?.("details");
    if (open !== undefined && details) details.open = open;
  });

  const seen = () => Number(byId("stream")?.dataset.seen ?? byId("stream")?.dataset.after);
  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.elt instanceof HTMLFormElement) sending.add(event.detail.elt);
  });

  // The answer to a form may be older than what the stream brought meanwhile: then the leaves are read again.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    sending.delete(elt);
    const answered = Number(xhr?.getResponseHeader("X-Seq"));
    if (answered) held.delete("approval"); // what came while a decision was on its way is in its answer, or read again
    if (requestConfig?.verb === "post" && answered && seen() > answered) htmx.trigger("#refresh", "stale");
    else if (elt.id !== "refresh") release();
  });

  // So may the leaves themselves. What is held comes with them; of parts in each other the outermost, which brings both.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, serverResponse, xhr } = event.detail;
    if (elt.id !== "refresh" || xhr.status >= 400) return;
    if (Number(/ data-after="(\d+)"/.exec(serverResponse)?.[1]) < seen()) {
      event.detail.shouldSwap = false;
      setTimeout(() => htmx.trigger("#refresh", "stale"), AGAIN);
      return;
    }
    elt.dataset.leaves ??= elt.getAttribute("hx-select-oob").replaceAll("#", "");
    const parts = [...new Set([...held, ...elt.dataset.leaves.split(",")])].map(byId).filter(Boolean);
    const outer = parts.filter((part) => !parts.some((other) => other !== part && other.contains(part)));
    held.clear();
    elt.setAttribute("hx-select-oob", outer.map((part) => `#${part.id}`).join());
  });

  for (const kind of ["htmx:sseMessage", "htmx:afterSettle", "input", "change"]) document.addEventListener(kind, release);
  document.addEventListener("focusout", () => setTimeout(release));

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#latest")) return;
    waiting = 0;
    byId("cards")?.lastElementChild?.scrollIntoView({ block: "end" });
    jump();
  });

  // A link to a card opens it.
  const reveal = () => {
    const card = location.hash.startsWith("#card-") && document.querySelector(location.hash);
    const details = card?.querySelector?.(":scope > details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", reveal);
  addEventListener("scroll", jump, { passive: true });
  addEventListener("beforeprint", () => document.querySelectorAll(".card > details, .inner").forEach((part) => (part.open = true)));
  document.addEventListener("DOMContentLoaded", reveal);
})();
