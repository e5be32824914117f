// Comforts only: every page works without this file.

// A reader of screens, and everybody else, starts at what is to be put right.
document.querySelector("[data-error-summary]")?.focus();

// On a phone the way around scrolls; show where we are.
const here = document.querySelector(".masthead nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - 24;

// A second click on the same button sends nothing twice; the way back re-arms it.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000); // a download leaves the page standing
  });
}

// Whoever signs out leaves no half-marked paper to the next on a shared phone.
for (const form of document.querySelectorAll('form[action$="/sign-out"]')) {
  form.addEventListener("submit", () => sessionStorage.clear());
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
