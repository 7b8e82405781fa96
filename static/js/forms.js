// Forms: one submit at a time, and the focus where the answer is.
(() => {
  document.documentElement.classList.add("has-script");

  const lock = (form, submitter) => {
    const button = submitter ?? form.querySelector("[data-once]");
    form.classList.add("is-sending");
    for (const other of form.querySelectorAll("button")) other.disabled = true;
    if (button?.dataset.once) {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.once;
    }
  };

  const unlock = (form) => {
    form.classList.remove("is-sending");
    for (const button of form.querySelectorAll("button")) {
      button.disabled = false;
      if (button.dataset.label) {
        button.textContent = button.dataset.label;
        delete button.dataset.label;
      }
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.querySelector("[data-once]")) return;
    // After the browser or htmx has read the fields: a disabled button would not be among them.
    setTimeout(() => lock(form, event.submitter));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (form instanceof HTMLFormElement) unlock(form);
    if (event.detail.successful && form.matches("form[data-gate], #composer")) htmx.trigger(document.body, "pulse");
  });

  const complain = (form, words) => {
    let said = form.querySelector(".problem[data-unsent]");
    if (!said) {
      said = document.createElement("p");
      said.className = "problem";
      said.dataset.unsent = "";
      said.setAttribute("role", "alert");
      form.append(said);
    }
    said.textContent = words;
  };

  document.addEventListener("htmx:sendError", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement)) return;
    complain(form, "The console could not be reached. Nothing was sent; what you typed is kept. Try again.");
  });

  // A refusal that brings the form again takes its place; any other stands beside what was typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (xhr.status < 400) return;
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    if (target.id && answer.getElementById(target.id)) return;
    event.detail.shouldSwap = false;
    const form = requestConfig.elt;
    const words = answer.querySelector(".error-detail, .problem")?.textContent;
    if (form instanceof HTMLFormElement) complain(form, words ?? `This could not be done (${xhr.status}).`);
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form.is-sending").forEach(unlock);
  });

  // After an action of the user's, the focus goes to what is wrong, else to the new heading or the box to write in.
  // At once, since the stream may replace it again before htmx has settled.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.verb !== "post") return;
    const target = document.getElementById(event.detail.target?.id) ?? event.detail.elt;
    const heir = document.getElementById(target.dataset.heir); // where the rest of it is
    const wanted = ["[aria-invalid]", "h2[tabindex]", "textarea", "summary"];
    [heir, ...wanted.map((selector) => target.querySelector(selector))].find(Boolean)?.focus();
  });

  // Where the answer is another page, its heading, but for a page that names a place or a box of its own.
  const LED = "led-to-heading";
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (requestConfig.verb === "post" && xhr.getResponseHeader("HX-Redirect")) sessionStorage.setItem(LED, "1");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post" && !form.hasAttribute("hx-post")) sessionStorage.setItem(LED, "1");
  });
  document.addEventListener("DOMContentLoaded", () => {
    const led = sessionStorage.getItem(LED);
    sessionStorage.removeItem(LED);
    if (led && !location.hash && !document.querySelector("[autofocus]")) document.querySelector("h1[tabindex]")?.focus();
  });

  // A part that refreshes itself waits while it is out of sight or in use.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (!part.hasAttribute("data-poll")) return;
    if (document.hidden || part.contains(document.activeElement)) event.preventDefault();
  });
})();
