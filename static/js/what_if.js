// What if: a slider and the box beside it hold the same value. The values of a slider lie apart by the same factor.
(() => {
  const stops = (slider) => Number(slider.max);
  const twoDigits = (value) => String(Number(value.toPrecision(2)));

  const valueAt = ({ value, max, dataset }) =>
    twoDigits(Number(dataset.least) * (dataset.most / dataset.least) ** (value / max));

  const placeOf = (slider, value) => {
    const { least, most } = slider.dataset;
    return Math.round((stops(slider) * Math.log(value / least)) / Math.log(most / least));
  };

  const say = (slider, text) => slider.setAttribute("aria-valuetext", `${text || "not stated"} ${slider.dataset.unit}`);

  // As the server reads it: 4,000 and 4k are numbers.
  const numberIn = (text) => {
    const [, digits, factor] = /^\$?([\d.]+)([kmb]?)$/i.exec(text.replace(/[,\s]/g, "")) ?? [];
    return Number(digits) * { "": 1, k: 1e3, m: 1e6, b: 1e9 }[(factor ?? "").toLowerCase()];
  };

  const settle = (slider) => {
    const box = document.getElementById(slider.dataset.slides);
    const value = numberIn(box.value);
    if (value > 0) slider.value = placeOf(slider, value);
    say(slider, box.value);
  };

  // Before htmx hears of it: what is sent is what the box holds.
  addEventListener(
    "input",
    ({ target }) => {
      if (target.matches?.("[data-slides]")) {
        const box = document.getElementById(target.dataset.slides);
        box.value = valueAt(target);
        say(target, box.value);
      } else if (target.closest?.("[data-what-if]")) {
        document.querySelectorAll(`[data-slides="${CSS.escape(target.id)}"]`).forEach(settle);
      }
    },
    true,
  );

  document.addEventListener("reset", ({ target }) => {
    if (!target.matches("[data-what-if]")) return;
    setTimeout(() => {
      target.querySelectorAll("[data-slides]").forEach(settle);
      target.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
})();
