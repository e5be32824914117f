// Casting an open or private vote: sent again until it is counted, and marks survive a reload.
// Without this file the form does it, and the server keeps the marks.

const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds before a further attempt; the last stays
const PATIENCE = 30_000; // milliseconds for an answer
const KEPT = "coop paper "; // what stands in the tab's storage until the vote is cast

class Casting {
  constructor(place) {
    this.words = place.dataset;
    this.busy = (is) => place.toggleAttribute("data-busy", is);
    this.told = place.querySelector("[data-told]");
    this.form = place.querySelector("form");
    this.key = `${KEPT}${this.words.voter} ${this.words.page}`;
    this.asServed = this.marks();
    this.attempts = 0;
    forgetOthers(this.words.voter);
    if ("unsent" in this.words) store(this.key, this.asServed);
    else this.restore();
    this.form.addEventListener("change", () => this.keep());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.cast();
    });
    addEventListener("online", () => this.attempts && this.cast());
    addEventListener("beforeunload", (event) => this.attempts && event.preventDefault());
    for (const link of place.querySelectorAll("[data-here]")) link.removeAttribute("target");
  }

  marks() {
    const given = [...new FormData(this.form)].filter(([name]) => name !== "csrf_token" && name !== "voter");
    return JSON.stringify(given);
  }

  keep() {
    const marks = this.marks();
    if (marks === this.asServed) forget(this.key);
    else store(this.key, marks);
  }

  restore() {
    const kept = stored(this.key);
    if (!kept || kept === this.asServed) return;
    const given = JSON.parse(kept);
    for (const field of this.form.elements) {
      const values = given.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (field.matches("select")) field.value = values[0] ?? "";
    }
    this.tell(this.words.sayBack);
  }

  tell(words) {
    this.told.textContent = words;
  }

  /** Send the paper; a second tap meanwhile sends nothing. */
  async cast() {
    if (this.sending) return;
    this.sending = true;
    this.busy(true);
    clearTimeout(this.timer);
    if (!this.attempts) this.tell(this.words.saySending);
    const body = new URLSearchParams(new FormData(this.form));
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(this.form.action, { method: "POST", body, redirect: "manual", signal }).catch(() => null);
    this.sending = false;
    if (answer?.type === "opaqueredirect") this.counted();
    else if (!answer || answer.status >= 500 || answer.status === 429) this.later();
    else this.ask();
  }

  counted() {
    this.attempts = 0;
    forget(this.key);
    this.tell(this.words.sayCounted);
    location.assign(this.words.page);
  }

  later() {
    const pause = PAUSES[Math.min(this.attempts, PAUSES.length - 1)];
    this.attempts += 1;
    this.busy(false);
    this.tell(this.words.sayWaiting);
    this.timer = setTimeout(() => this.cast(), 1000 * pause * (1 + Math.random() / 2));
  }

  /** The server has something to say: send the ordinary way, so that its page is shown. */
  ask() {
    this.attempts = 0;
    forget(this.key);
    HTMLFormElement.prototype.submit.call(this.form);
  }
}

// A browser may refuse storage; then a reload loses the marks, and nothing else.
function store(key, marks) {
  attempt(() => sessionStorage.setItem(key, marks));
}

function stored(key) {
  return attempt(() => sessionStorage.getItem(key));
}

function forget(key) {
  attempt(() => sessionStorage.removeItem(key));
}

/** Nobody finds on a shared phone what another had marked. */
function forgetOthers(voter) {
  attempt(() => {
    const papers = Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT));
    for (const key of papers) if (!key.startsWith(`${KEPT}${voter} `)) sessionStorage.removeItem(key);
  });
}

function attempt(deed) {
  try {
    return deed();
  } catch {
    return null;
  }
}

for (const place of document.querySelectorAll("[data-casting]")) new Casting(place);
