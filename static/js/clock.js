// Relative times keep up with the clock; a run's elapsed time ticks.
(() => {
  const words = (length) => {
    const seconds = Math.round(length);
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 10 && seconds % 60) return `${minutes} min ${seconds % 60} s`;
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 12 && minutes % 60) return `${hours} h ${minutes % 60} min`;
    return hours < 48 ? `${hours} h` : `${Math.round(seconds / 86400)} d`;
  };

  const since = (moment) => (Date.now() - Date.parse(moment)) / 1000;

  const tick = () => {
    for (const node of document.querySelectorAll("[data-since]")) {
      const text = words(Math.max(0, since(node.dataset.since)));
      if (node.textContent !== text) node.textContent = text;
    }
  };

  const age = () => {
    for (const node of document.querySelectorAll("time[data-ago]")) {
      const seconds = since(node.dateTime);
      const text = Math.abs(seconds) < 5 ? "now" : seconds > 0 ? `${words(seconds)} ago` : `in ${words(-seconds)}`;
      if (node.textContent !== text) node.textContent = text;
    }
    for (const node of document.querySelectorAll("time[data-local]")) {
      node.textContent = new Date(node.dateTime).toLocaleTimeString();
    }
  };

  setInterval(() => document.hidden || tick(), 1000);
  setInterval(() => document.hidden || age(), 10000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      tick();
      age();
    }
  });
  document.addEventListener("htmx:load", age);
})();
