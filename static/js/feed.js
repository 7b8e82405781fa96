// What the stream brings: each card once and in order, no form swapped away under somebody's hands, no scroll or focus
// moved.
(() => {
  const NEAR = 120; // px from the end within which the page follows

  const byId = (id) => document.getElementById(id);
  let waiting = 0;
  let unseen = 0;
  const title = document.title;

  const below = () => {
    const feed = document.querySelector(".feed");
    return feed ? feed.getBoundingClientRect().bottom - innerHeight : 0;
  };

  // Typed in, being sent, or holding the focus where nothing could take it over.
  const inUse = (target, fragment) => {
    const form = target.closest("form[data-guarded]") ?? target.querySelector("form[data-guarded]");
    if (form && ("dirty" in form.dataset || form.classList.contains("is-sending"))) return true;
    const focused = document.activeElement;
    if (!target.contains(focused) || target.id === "leaf-composer") return false;
    return !(focused.id && fragment.querySelector?.(`#${CSS.escape(focused.id)}`));
  };

  const keepFocus = (target) => {
    const focused = document.activeElement;
    if (!target.contains(focused)) return;
    const heir = target.id === "leaf-composer" ? "feed-title" : focused.id;
    queueMicrotask(() => document.body.contains(focused) || byId(heir)?.focus({ preventScroll: true }));
  };

  const hold = (target) => {
    const form = target.closest("form[data-guarded]") ?? target.querySelector("form[data-guarded]");
    const note = form?.querySelector(".held");
    if (note) note.hidden = false;
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

  const arrived = (added, wasNear) => {
    if (!added) return;
    document.querySelector(".feed > .empty")?.remove();
    const typing = document.activeElement?.closest?.("form:not(#composer)");
    const gap = below();
    if (wasNear && !typing) {
      if (gap > 0) scrollBy({ top: gap + 16, behavior: "instant" });
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
    if (inUse(target, fragment)) {
      event.detail.shouldSwap = false;
      hold(target);
      return;
    }
    keepFocus(target);
    const open = target.querySelector(":scope > details")?.open;
    const details = fragment.querySelector?.("details");
    if (open !== undefined && details) details.open = open;
  });

  // The answer to a form may be older than what the stream brought meanwhile: then the leaves are read again.
  document.addEventListener("htmx:afterSwap", (event) => {
    const answered = Number(event.detail.xhr?.getResponseHeader("X-Seq"));
    const seen = Number(byId("stream")?.dataset.seen);
    if (event.detail.requestConfig?.verb === "post" && answered && seen > answered) htmx.trigger("#refresh", "stale");
  });

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
