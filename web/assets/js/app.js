// Improves pages that work without it. Nothing here decides anything; the server does.
import { photos } from "./photos.js";
import { draft, forget, sent } from "./draft.js";
import { counter, reveal } from "./fields.js";

// A form is sent once, even when its button is pressed twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  // Whoever signs out leaves nothing behind, whatever the browser makes of the header that says the same.
  if (form.getAttribute("action")?.endsWith("/logout")) form.addEventListener("submit", forget);
}
// Coming back by the back button makes the form usable again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});
// What is wrong is read first.
document.querySelector(".errsum")?.focus();
for (const list of document.querySelectorAll("[data-photos]")) photos(list);
for (const box of document.querySelectorAll("[data-count]")) counter(box);
for (const line of document.querySelectorAll("[data-reveal]")) reveal(line);
if (document.querySelector("[data-flash]")) sent();
for (const form of document.querySelectorAll("form[data-draft]")) draft(form);
