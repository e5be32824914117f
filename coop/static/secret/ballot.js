// The page of a secret ballot: shows one stage at a time. Every word stands in the page; none is made here.

import { choiceOn, mark, Unreadable, wordsOf } from "./choice.js";
import { fingerprint, Unsure, Untrusted, Voting } from "./protocol.js";
import { Counted, Refused, Server, SignedOut, Stale } from "./server.js";
import { openStore } from "./store.js";

const GOOD = new Set(["counted", "forgotten"]); // news, of what the status can say

class Page {
  constructor(root) {
    this.root = root;
    this.told = JSON.parse(root.dataset.secret);
    this.form = this.#part("paper");
    this.server = new Server(this.told.addresses, this.told.csrf);
  }

  async start() {
    if (!isSecureContext) return this.#show("insecure");
    let store, name;
    try {
      store = await openStore();
      name = await fingerprint(this.told.keys, this.told.receipt_key);
    } catch {
      return this.#show("unable");
    }
    if (name !== this.told.fingerprint) return this.#show("wrong-keys");
    this.voting = new Voting(this.told, store, this.server, { waiting: () => this.#say("trying") });
    this.#listen();
    return this.#settle(await this.voting.record());
  }

  #listen() {
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#cast();
    });
    this.root.addEventListener("click", (event) => {
      const what = event.target.closest("button")?.dataset.do;
      if (what) this.#done(this[what]);
    });
    this.#part("load")?.addEventListener("change", (event) => this.#done(() => this.load(event.target)));
    addEventListener("beforeunload", (event) => this.stage === "working" && event.preventDefault());
  }

  /** Show what the record of this device comes to. */
  #settle(record) {
    if (record?.pending) return this.#work(() => this.voting.resume());
    if (record?.receipt) return this.#counted(record.receipt);
    if (!this.told.open) return this.#show("nothing");
    return this.#show(this.told.issued && !record?.token ? "elsewhere" : "choose");
  }

  #cast() {
    let choice;
    try {
      choice = choiceOn(this.form, this.told.paper);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.#wrong(filled(this.form.dataset[error.what], error.names), error.field);
    }
    return this.#work(() => this.voting.cast(choice));
  }

  async #work(sent) {
    this.#show("working");
    this.#say("waiting");
    try {
      this.#counted(await sent());
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Counted, with a receipt; or listed, where the server has only a sentence left to say so. */
  #counted(receipt, sentence = "") {
    this.receipt = receipt;
    this.told.issued = true;
    this.#fill("serial", receipt.serial);
    this.#fill("n", receipt.n);
    const lines = wordsOf(this.told.paper, JSON.parse(receipt.vote), this.told.names);
    this.#part("chosen").replaceChildren(...lines.map((line) => element("li", line)));
    this.#part("chosen").toggleAttribute("data-none", receipt.vote === "[]");
    this.#part("code").replaceChildren();
    const before = this.stage;
    this.#show(sentence ? "listed" : "counted");
    if (sentence) this.#part("status").textContent = sentence;
    else this.#say("counted");
    if (before === "working") this.#part("status").focus();
  }

  #failed(error) {
    if (error instanceof Unsure) this.#unsure(error.message);
    else if (error instanceof Counted) this.#listed(error.message);
    else if (error instanceof Refused) this.#refused(error.message);
    else if (error instanceof SignedOut) this.#show("signed-out");
    else if (error instanceof Stale) this.#show("stale");
    else if (error instanceof Untrusted) this.#show(`wrong-${error.what}`);
    else {
      this.#show("broken");
      throw error;
    }
  }

  async #listed(sentence) {
    const { serial, pending } = await this.voting.record();
    this.#counted({ ...pending, serial }, sentence);
  }

  async #unsure(sentence) {
    this.#fill("serial", (await this.voting.record()).serial);
    this.#show("unsure", sentence);
  }

  /** The paper stays as it was marked, beside the server's sentence. */
  #refused(sentence) {
    if (!this.form) return this.#show("refused", sentence);
    this.#show(this.receipt ? "changing" : "choose");
    this.#wrong(sentence);
  }

  // What the buttons do, by their names.

  change() {
    mark(this.form, this.told.paper, this.told.paper === "motion" ? [] : JSON.parse(this.receipt.vote));
    this.#show("changing");
    this.form.querySelector("input:not([type=hidden]), select, button").focus();
  }

  again() {
    location.reload();
  }

  print() {
    print();
  }

  saveReceipt() {
    download(this.told.files.receipt, `${JSON.stringify({ coop: "receipt", format: 1, ...this.receipt }, null, 1)}\n`);
  }

  async saveKey() {
    download(this.told.files.key, await this.voting.asFile());
  }

  async code() {
    const { ballot, serial, n, vote_sha256, signature } = this.receipt;
    const drawn = await this.server.code({ ballot, serial, n, vote_sha256, signature });
    const svg = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement;
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", this.#part("code").dataset.label);
    this.#part("code").replaceChildren(document.importNode(svg, true));
  }

  /** Look the vote up in the whole list, here: a search by serial would tell the server whose it is. */
  async find() {
    const { votes } = await this.server.bundle();
    const { serial, n, vote } = this.receipt;
    const listed = votes.find((one) => one.serial === serial);
    this.#fill("found", this.#part("found").dataset[!listed ? "missing" : listed.n === n && listed.vote === vote ? "same" : "other"]);
  }

  async forget() {
    await this.voting.forget();
    this.receipt = null;
    this.#show(this.told.open ? "elsewhere" : "nothing");
    this.#say("forgotten");
    this.#part("status").focus();
  }

  async load(input) {
    const [file] = input.files;
    if (!file) return;
    const record = await this.voting.fromFile(await file.text()).finally(() => (input.value = ""));
    await this.#settle(record);
  }

  async #done(deed) {
    this.#clear();
    try {
      await deed.call(this);
    } catch (error) {
      const sentence = this.root.dataset[error instanceof Untrusted ? `file${capital(error.what)}` : "failed"];
      this.#wrong(sentence ?? this.root.dataset.failed);
      if (!(error instanceof Untrusted)) console.warn(error);
    }
  }

  // Showing.

  #show(stage, sentence = "") {
    this.stage = stage;
    this.#clear();
    this.#part("status").textContent = "";
    for (const piece of this.root.querySelectorAll("[data-on]"))
      piece.hidden = !piece.dataset.on.split(" ").includes(stage);
    this.#fill("sentence", sentence);
  }

  #say(what) {
    const status = this.#part("status");
    status.textContent = status.dataset[what];
    status.classList.toggle("good", GOOD.has(what));
  }

  #wrong(sentence, field) {
    const line = element(field?.id ? "a" : "span", sentence);
    if (field?.id) line.href = `#${field.id}`;
    this.#part("wrong").replaceChildren(line);
    this.#part("error").hidden = false;
    this.#part("error").focus();
  }

  #clear() {
    this.#part("error").hidden = true;
  }

  #fill(name, words) {
    for (const place of this.root.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = words;
  }

  #part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const filled = (sentence, names) => sentence.replace(/\{(\w+)\}/g, (_all, name) => names[name]);

function element(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}

function download(name, text) {
  const link = element("a", "");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const root of document.querySelectorAll("[data-secret]")) new Page(root).start();
