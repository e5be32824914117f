// A ranked paper: tapped in order, dragged, or moved by keys. The selects stay what is sent.

const EDGE = 72; // pixels from the window's edge where a drag scrolls the page
const SLACK = 6; // pixels a hand may tremble before a tap is a drag

class Ranking {
  constructor(field) {
    this.field = field;
    [this.box, this.ranked, this.nobody, this.others, this.said] = ["box", "ranked", "nobody", "others", "said"].map(
      (name) => field.querySelector(`[data-${name}]`),
    );
    this.rows = [...this.others.children]; // in the order of the paper
    for (const row of this.rows) {
      row.prepend(row.querySelector("template").content);
      part(row, ".face").prepend(...row.querySelectorAll(".portrait"));
      part(row, "select").closest(".field").hidden = true;
    }
    for (const shown of field.querySelectorAll("[data-live]")) shown.hidden = false;
    for (const gone of field.querySelectorAll("[data-plain]")) gone.hidden = true;
    field.classList.add("live");
    field.addEventListener("click", (event) => this.tapped(event));
    field.addEventListener("keydown", (event) => this.pressed(event));
    field.addEventListener("pointerdown", (event) => this.grabbed(event));
    field.addEventListener("dragstart", (event) => event.preventDefault());
    this.read();
  }

  order() {
    return [...this.ranked.children];
  }

  /** Lay the rows out as the selects have them. */
  read() {
    const place = (row) => Number(part(row, "select").value);
    const chosen = this.rows.filter(place).sort((one, other) => place(one) - place(other));
    this.ranked.append(...chosen);
    this.others.append(...this.rows.filter((row) => !place(row)));
    this.write();
  }

  /** Write the selects, and say on every row where it stands. */
  write() {
    const order = this.order();
    this.rows.forEach((row) => {
      const place = order.indexOf(row) + 1;
      part(row, "select").value = place || "";
      part(row, "[data-place]").textContent = place || "";
      part(row, "[data-state]").textContent = place
        ? this.words("sayAt", { place })
        : this.words("sayPut", { place: order.length + 1 });
      part(row, "[data-up]").setAttribute("aria-disabled", place <= 1);
      part(row, "[data-down]").setAttribute("aria-disabled", place === order.length);
      if (!place) this.open(row, false);
      if (place) part(row, "[data-rank]").setAttribute("aria-expanded", !part(row, "[data-tools]").hidden);
      else part(row, "[data-rank]").removeAttribute("aria-expanded");
    });
    this.nobody.hidden = order.length > 0;
    for (const head of this.field.querySelectorAll("[data-rest]")) head.hidden = !this.others.children.length;
  }

  words(which, values) {
    return this.field.dataset[which].replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  }

  changed(row) {
    this.write();
    const [place, count] = [this.order().indexOf(row) + 1, this.order().length];
    this.said.textContent = this.words(place ? "sayPlaced" : "sayOut", { name: part(row, ".who").textContent, place, count });
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  put(row, at) {
    const others = this.order().filter((one) => one !== row);
    this.ranked.insertBefore(row, others[at] ?? null);
  }

  takeOut(row) {
    const later = this.rows.slice(this.rows.indexOf(row) + 1);
    this.others.insertBefore(row, later.find((one) => one.parentElement === this.others) ?? null);
  }

  open(row, wanted) {
    part(row, "[data-tools]").hidden = !wanted;
    row.toggleAttribute("data-open", wanted);
  }

  /** Change the lists, and keep what stands below the finger where it is. */
  steadily(row, change) {
    const after = row.nextElementSibling;
    const next = after ?? row.previousElementSibling;
    const top = next?.getBoundingClientRect().top;
    change();
    if (next) scrollBy(0, next.getBoundingClientRect().top - top);
    return next;
  }

  tapped(event) {
    const row = event.target.closest("[data-candidate]");
    const button = event.target.closest("button");
    if (!row || !button || this.drag || button.getAttribute("aria-disabled") === "true") return;
    const here = this.order().indexOf(row);
    if (button.matches("[data-up]")) this.move(row, here - 1, button);
    else if (button.matches("[data-down]")) this.move(row, here + 1, button);
    else if (button.matches("[data-out]")) this.drop(row, here);
    else if (here < 0) this.add(row);
    else {
      this.open(row, part(row, "[data-tools]").hidden);
      this.write();
    }
  }

  add(row) {
    const next = this.steadily(row, () => {
      this.put(row, Infinity);
      this.changed(row);
    });
    part(next ?? row, "[data-rank]").focus({ preventScroll: true });
  }

  move(row, at, button) {
    this.put(row, at);
    this.changed(row);
    button.focus();
  }

  drop(row, here) {
    this.takeOut(row);
    this.changed(row);
    part(this.order()[here] ?? this.order().at(-1) ?? row, "[data-rank]").focus();
  }

  pressed(event) {
    if (event.key === "Escape" && this.drag?.live) return this.dropped(false);
    const row = event.target.closest("[data-candidate]");
    const here = row ? this.order().indexOf(row) : -1;
    if (here < 0 || !event.target.matches("[data-rank]")) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      event.preventDefault();
      const at = here + step;
      if (at >= 0 && at < this.order().length) this.move(row, at, event.target);
    } else if (event.key === "Delete") this.drop(row, here);
  }

  /** A mouse drags a row anywhere; a finger by the grip, for elsewhere it scrolls. */
  grabbed(event) {
    const row = event.target.closest("[data-candidate]");
    const by = event.target.closest(event.pointerType === "mouse" ? "[data-grip], [data-rank]" : "[data-grip]");
    if (!row || !by || event.button || this.drag) return;
    const stop = new AbortController();
    this.drag = { row, stop, id: event.pointerId, from: event.clientY, y: event.clientY, before: this.order() };
    this.drag.held = event.clientY - row.getBoundingClientRect().top;
    const listen = (name, then) => addEventListener(name, then, { signal: stop.signal });
    listen("pointermove", (moved) => moved.pointerId === this.drag.id && this.dragged(moved.clientY));
    listen("pointerup", (up) => up.pointerId === this.drag.id && this.dropped(true));
    listen("pointercancel", () => this.dropped(false));
    listen("keydown", (pressed) => pressed.key === "Escape" && this.dropped(false));
  }

  dragged(y) {
    const drag = this.drag;
    drag.y = y;
    if (!drag.live && Math.abs(y - drag.from) < SLACK) return;
    if (!drag.live) {
      drag.live = true;
      this.field.setPointerCapture(drag.id);
      this.open(drag.row, false);
      drag.row.classList.add("dragged");
      this.scroll();
    }
    this.follow();
  }

  /** Put the dragged row where the pointer is, and draw it under the pointer. */
  follow() {
    const { row, y, held } = this.drag;
    const middle = (one) => (one.getBoundingClientRect().top + one.getBoundingClientRect().bottom) / 2;
    const [before, parent] = [row.nextElementSibling, row.parentElement];
    if (y > this.box.getBoundingClientRect().bottom) {
      if (parent !== this.others) this.takeOut(row);
    } else {
      const others = this.order().filter((one) => one !== row);
      const at = others.findIndex((one) => y < middle(one));
      this.put(row, at < 0 ? Infinity : at);
    }
    if (before !== row.nextElementSibling || parent !== row.parentElement) this.write();
    row.style.transform = "";
    const place = row.getBoundingClientRect();
    row.style.transform = `translateY(${y - Math.min(held, place.height - SLACK) - place.top}px)`;
  }

  /** Scroll while the pointer is at the window's edge. */
  scroll() {
    if (!this.drag?.live) return;
    const { y } = this.drag;
    const over = Math.min(0, y - EDGE) + Math.max(0, y - (innerHeight - EDGE));
    if (over) {
      scrollBy(0, over / 6);
      this.follow();
    }
    requestAnimationFrame(() => this.scroll());
  }

  dropped(kept) {
    const { row, live, stop, before } = this.drag;
    stop.abort();
    if (!live) return (this.drag = null);
    row.classList.remove("dragged");
    row.style.transform = "";
    if (!kept) {
      if (!before.includes(row)) this.takeOut(row);
      this.ranked.append(...before);
    }
    const after = this.order();
    const same = before.length === after.length && before.every((one, at) => one === after[at]);
    if (same) this.write();
    else this.changed(row);
    setTimeout(() => (this.drag = null)); // the click that ends a drag is no tap
  }
}

function part(row, selector) {
  return row.querySelector(selector);
}

for (const field of document.querySelectorAll("[data-ranking]")) {
  const ranking = new Ranking(field);
  addEventListener("pageshow", () => ranking.read()); // a browser that goes back puts the selects back
}
