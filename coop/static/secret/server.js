// What is asked of the server; only the token with the member's session.

export class Unreachable extends Error {} // no answer, or none of ours: try again
export class SignedOut extends Error {}
export class Stale extends Error {} // an answer that a page reloaded wouldn't get

/** The vote was counted, says the server, but it can't sign that any more. */
export class Counted extends Error {}

/** The server said no, in a sentence for the member. */
export class Refused extends Error {}

const LONGEST = 30_000; // milliseconds to wait for an answer

export class Server {
  constructor(addresses, csrf) {
    this.addresses = addresses;
    this.csrf = csrf;
  }

  keys() {
    return this.#json(this.addresses.keys, { credentials: "omit", cache: "no-store" });
  }

  /** The only request that says who asks. */
  token(blinded) {
    const headers = { "X-CSRFToken": this.csrf };
    return this.#json(this.addresses.token, { ...posted({ blinded }, headers), credentials: "same-origin" });
  }

  async cast(vote) {
    const { receipt, counted } = await this.#json(this.addresses.cast, { ...posted(vote), credentials: "omit" });
    if (!receipt && typeof counted === "string") throw new Counted(counted);
    return receipt;
  }

  /** The ballot as anyone can check it; that a member reads it says nothing of their vote. */
  bundle() {
    return this.#json(this.addresses.bundle, { credentials: "same-origin" });
  }

  async code(receipt) {
    const answer = await this.#asked(this.addresses.code, { ...posted(receipt), credentials: "omit" });
    if (!answer.ok) throw new Unreachable();
    return answer.text();
  }

  async #json(address, options) {
    const answer = await this.#asked(address, options);
    const said = await answer.json().catch(() => null);
    if (answer.ok && said !== null && typeof said === "object") return said;
    if (answer.ok || answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Unreachable();
    if (answer.status === 401) throw new SignedOut();
    if (typeof said?.error === "string") throw new Refused(said.error);
    throw new Stale();
  }

  async #asked(address, options) {
    const whole = { referrerPolicy: "no-referrer", redirect: "error", ...options };
    try {
      return await fetch(address, { ...whole, signal: AbortSignal.timeout(LONGEST) });
    } catch {
      throw new Unreachable();
    }
  }
}

function posted(body, headers = {}) {
  return { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}
