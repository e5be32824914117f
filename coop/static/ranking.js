// Ranking by tapping: the selects of a ranked paper become buttons. The selects stay what is sent.

for (const list of document.querySelectorAll("[data-ranking]")) {
  const say = list.dataset;
  const candidates = [...list.querySelectorAll("[data-candidate]")].map((row) => {
    const select = row.querySelector("select");
    const label = row.querySelector("label");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "choice rank";
    select.closest(".field").hidden = true;
    row.prepend(button);
    return { select, button, name: label.textContent.trim() };
  });

  const order = () =>
    candidates
      .filter((one) => one.select.value)
      .sort((a, b) => Number(a.select.value) - Number(b.select.value));

  const show = () => {
    order().forEach((one, at) => (one.select.value = String(at + 1)));
    for (const one of candidates) {
      const place = one.select.value;
      one.button.setAttribute("aria-pressed", place ? "true" : "false");
      one.button.setAttribute("aria-label", `${one.name}, ${place ? `${say.sayPlace} ${place}` : say.sayNone}`);
      one.button.textContent = place ? `${place}. ${one.name}` : one.name;
    }
  };

  for (const one of candidates) {
    one.button.addEventListener("click", () => {
      one.select.value = one.select.value ? "" : String(order().length + 1);
      show();
    });
  }
  const hint = list.querySelector(".hint");
  if (hint) hint.textContent = `${say.sayFirst} ${hint.textContent}`;
  show();
  addEventListener("pageshow", show); // a browser that goes back puts the selects back
}
