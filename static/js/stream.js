// The live connection: where it resumes, what it says about itself, when it ends.
(() => {
  const BANNER_AFTER = 5000;
  const SILENT_AFTER = 25000; // the server pings every 10 s

  let source = null;
  let seen = 0;
  let heard = Date.now();
  let banner = 0;

  const byId = (id) => document.getElementById(id);

  const say = (state, word) => {
    for (const node of document.querySelectorAll("[data-stream]")) {
      node.dataset.stream = state;
      const text = node.querySelector("[data-stream-word]");
      if (text && text.textContent !== word) text.textContent = word;
    }
  };

  const live = () => {
    heard = Date.now();
    clearTimeout(banner);
    banner = 0;
    const bar = byId("offline");
    if (bar) bar.hidden = true;
    say("live", "live");
  };

  const lost = () => {
    if (banner || !source) return;
    const at = new Date(heard).toLocaleTimeString();
    say("reconnecting", "reconnecting");
    banner = setTimeout(() => {
      const bar = byId("offline");
      if (!bar) return;
      bar.textContent = `⚡ Not live since ${at}: the last update came then. Reconnecting; nothing is lost.`;
      bar.hidden = false;
      say("reconnecting", `not live since ${at}`);
    }, BANNER_AFTER);
  };

  const end = () => {
    source?.close();
    source = null;
    clearTimeout(banner);
    byId("stream")?.removeAttribute("sse-connect");
    say("closed", "ended");
  };

  // htmx's extension opens the address it was given again and again; the cursor has to move with what was seen.
  htmx.createEventSource = (address) => {
    const url = new URL(address, location.href);
    url.searchParams.set("after", String(Math.max(seen, Number(url.searchParams.get("after")) || 0)));
    say("reconnecting", "connecting");
    source = new EventSource(url.pathname + url.search);
    source.addEventListener("open", live);
    source.addEventListener("ping", live);
    source.addEventListener("error", lost);
    return source;
  };

  const noted = (event) => {
    live();
    seen = Math.max(seen, Number(event.lastEventId) || 0);
    const holder = byId("stream");
    if (holder) holder.dataset.seen = String(seen);
  };

  document.addEventListener("htmx:sseMessage", (event) => {
    noted(event.detail);
    if (event.detail.data.includes('id="leaf-status"')) htmx.trigger(document.body, "pulse"); // who is waited for moved
    if (byId("stream-end")?.firstElementChild) end();
  });

  // A connection that is open but silent is gone: give it up, and let the extension open another.
  const renew = () => {
    const old = source;
    if (!old) return;
    lost();
    old.close();
    old.onerror?.(new Event("error"));
  };

  setInterval(() => {
    if (source && source.readyState === EventSource.OPEN && Date.now() - heard > SILENT_AFTER) renew();
  }, 5000);
  window.addEventListener("offline", lost);
  window.addEventListener("online", renew);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
