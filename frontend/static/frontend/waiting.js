// What a person is told while htmx waits, and when no answer comes. Without scripts the browser
// itself tells of both, as every form and link then loads a whole page.

const busy = (event, isBusy) => {
  const target = event.detail.target;
  if (isBusy) target.setAttribute("aria-busy", "true");
  else target.removeAttribute("aria-busy");
};

const forget = () => document.querySelector("#messages [data-no-answer]")?.remove();

const tell = () => {
  forget();
  const words = document.querySelector("#no-answer").content.cloneNode(true);
  document.querySelector("#messages").append(words);
};

document.addEventListener("htmx:beforeRequest", (event) => busy(event, true));
document.addEventListener("htmx:afterRequest", (event) => busy(event, false));
document.addEventListener("htmx:afterOnLoad", forget);
document.addEventListener("htmx:sendError", tell);
document.addEventListener("htmx:timeout", tell);
document.addEventListener("htmx:responseError", tell);
