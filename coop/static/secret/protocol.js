// A secret vote from choice to receipt. Whatever comes next can be found in the record that the device keeps: a
// page that was closed at any step goes on from there. What is asked of the server was stored before.

import { classKey, blind, finalize, isGood, PREFIX_BYTES } from "./blind.js";
import { b64u, canonical, fromB64u, hex, joined, random, sha, utf8 } from "./bytes.js";
import { Refused, Unreachable } from "./server.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

/** An answer or a file that can't be right; `what` is keys, token, receipt, file, ballot, member or other. */
export class Untrusted extends Error {
  constructor(what) {
    super(what);
    this.what = what;
  }
}

/** The server refused a vote, but an earlier try of the same one may have arrived. */
export class Unsure extends Refused {}

export const tokenMessage = (ballot, votingClass, serial) =>
  utf8(`coop-ballot\n${ballot}\n${votingClass}\n${serial}`);
export const voteMessage = (ballot, n, vote) => utf8(`coop-vote\n${ballot}\n${n}\n${vote}`);
export const receiptMessage = ({ ballot, serial, n, vote_sha256 }) =>
  utf8(`coop-receipt\n${ballot}\n${serial}\n${n}\n${vote_sha256}`);

/** The name by which people compare the keys of a ballot. */
export async function fingerprint(keys, receiptKey) {
  const digits = hex(await sha(256, utf8(canonical({ keys, receipt_key: receiptKey }))));
  return digits.slice(0, 32).match(/.{4}/g).join(" ");
}

export class Voting {
  /** `told` is what the page says of ballot, member, class and keys; `waiting` hears of each pause. */
  constructor(told, store, server, { wait = pause, waiting = () => {} } = {}) {
    Object.assign(this, { told, store, server, wait, waiting });
    this.id = [told.ballot, told.member];
  }

  record() {
    return this.store.get(this.id);
  }

  /** Cast a choice, the first or a changed one; gives the receipt. */
  async cast(choice) {
    const vote = canonical(choice);
    const record = (await this.record()) ?? (await this.#made());
    this.#holdKeys(record);
    const { pending, receipt } = record;
    if (pending ? pending.vote !== vote : receipt?.vote !== vote) await this.#write(record, vote);
    return this.resume();
  }

  /** Go on with the vote that waits; gives the receipt. */
  async resume() {
    let record = await this.record();
    this.#holdKeys(record);
    try {
      if (record.pending && !record.token) record = await this.#issued(record);
      if (record.pending) record = await this.#counted(record);
    } catch (error) {
      if (error instanceof Refused && !(error instanceof Unsure)) await this.#dropped(record.pending.n);
      throw error;
    }
    return record.receipt;
  }

  forget() {
    return this.store.remove(this.id);
  }

  /** The voting key as the text of a file: whoever has it can change the vote. */
  async asFile() {
    return `${JSON.stringify({ coop: "voting key", format: 1, ...(await this.record()) }, null, 1)}\n`;
  }

  /** Take the voting key of a file; throws Untrusted if it isn't one for this member and ballot. */
  async fromFile(text) {
    const record = await this.#read(text);
    return this.store.change(this.id, (kept) => {
      if (!kept || kept.serial === record.serial) return kept && kept.n > record.n ? kept : record;
      if (kept.token) throw new Untrusted("other");
      return record;
    });
  }

  async #made() {
    const { ballot, member, keys, receipt_key: receiptKey } = this.told;
    await this.#sameForAll();
    const pair = await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
    const serial = b64u(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
    const { x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
    const prefix = random(PREFIX_BYTES);
    const message = joined(prefix, tokenMessage(ballot, this.told.class, serial));
    const { blinded, inverse } = await blind(classKey(keys[this.told.class]), message);
    const record = {
      ballot,
      member,
      class: this.told.class,
      keys,
      receiptKey,
      serial,
      key: { x, y, d },
      prefix: b64u(prefix),
      blinded: b64u(blinded),
      inverse: b64u(inverse),
      token: "",
      n: 0,
      pending: null,
      receipt: null,
    };
    return this.store.change(this.id, (kept) => kept ?? record); // another tab may have been first
  }

  /** The keys on this page are those that anyone is told who asks without a name. */
  async #sameForAll() {
    const public_ = await this.#patiently(() => this.server.keys());
    const same = ["ballot", "keys", "receipt_key"].every(
      (name) => canonical(public_[name] ?? null) === canonical(this.told[name] ?? null),
    );
    if (!same) throw new Untrusted("keys");
  }

  /** The keys on this page are those that the vote was begun with. */
  #holdKeys(record) {
    const kept = canonical([record.keys, record.receiptKey, record.class]);
    if (kept !== canonical([this.told.keys, this.told.receipt_key, this.told.class])) throw new Untrusted("keys");
  }

  /** Sign a choice and keep it as the vote that waits, with a higher number than any before. */
  async #write(record, vote) {
    const { x, y, d } = record.key;
    const jwk = { kty: "EC", crv: "P-256", x, y, d };
    const key = await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["sign"]);
    const n = record.n + 1;
    const signature = await crypto.subtle.sign(SIGNING, key, voteMessage(record.ballot, n, vote));
    const pending = { n, vote, sig: b64u(new Uint8Array(signature)), sent: false };
    const kept = await this.#change((now) => (now.n === record.n ? { ...now, n, pending } : now));
    if (kept.pending?.sig !== pending.sig) await this.#write(kept, vote); // another tab took that number
  }

  async #issued(record) {
    const answer = await this.#patiently(() => this.server.token(record.blinded));
    if (answer.class !== record.class) throw new Untrusted("token");
    const message = joined(fromB64u(record.prefix), tokenMessage(record.ballot, record.class, record.serial));
    const token = await believed("token", async () =>
      finalize(record.keys[record.class], message, fromB64u(answer.signature), fromB64u(record.inverse)),
    );
    // What could tell which blinded value the token was is not needed any more.
    return this.#change(({ blinded, inverse, ...rest }) => ({ ...rest, token }));
  }

  async #counted(record) {
    const { serial, prefix, token, pending } = record;
    const { n, vote, sig } = pending;
    let tried = pending.sent;
    await this.#change((now) => (now.pending?.n === n ? { ...now, pending: { ...pending, sent: true } } : now));
    const receipt = await this.#patiently(async () => {
      try {
        return await this.server.cast({ serial, prefix, token, n, vote, sig });
      } catch (error) {
        if (error instanceof Refused && tried) throw new Unsure(error.message);
        tried = true;
        throw error;
      }
    });
    await believed("receipt", () => this.#check(receipt, record));
    const { signature, vote_sha256 } = receipt;
    const known = { ballot: record.ballot, serial, n, vote, vote_sha256, signature };
    return this.#change((now) => ({
      ...now,
      pending: now.pending?.n === n ? null : now.pending,
      receipt: now.receipt?.n > n ? now.receipt : known,
    }));
  }

  async #check(receipt, { ballot, serial, receiptKey, pending }) {
    const digest = hex(await sha(256, utf8(pending.vote)));
    const expected = { ballot, serial, n: pending.n, vote_sha256: digest };
    const { signature, ...said } = receipt;
    const { x, y } = receiptKey;
    const key = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x, y }, CURVE, false, ["verify"]);
    const signed = await crypto.subtle.verify(SIGNING, key, fromB64u(signature, 64), receiptMessage(expected));
    if (!signed || canonical(said) !== canonical(expected)) throw new TypeError("another receipt");
  }

  async #read(text) {
    const { ballot, member } = this.told;
    const { coop, format, ...record } = await believed("file", () => JSON.parse(text));
    if (coop !== "voting key" || format !== 1) throw new Untrusted("file");
    if (record.ballot !== ballot) throw new Untrusted("ballot");
    if (record.member !== member) throw new Untrusted("member");
    this.#holdKeys(record);
    await believed("file", () => whole(record));
    return record;
  }

  #change(changed) {
    return this.store.change(this.id, (now) => {
      if (!now) throw new Untrusted("file"); // forgotten in another tab
      return changed(now);
    });
  }

  #dropped(n) {
    return this.#change((now) => (now.pending?.n === n ? { ...now, pending: null } : now));
  }

  /** Ask again, after growing pauses, until there is an answer. */
  async #patiently(asked) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await asked();
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.waiting(tries);
        await this.wait(tries);
      }
    }
  }
}

async function believed(what, work) {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Untrusted ? error : new Untrusted(what);
  }
}

/** A record from a file fits together: key, serial, token or blinding. */
async function whole({ ballot, class: name, keys, serial, key, prefix, token, blinded, inverse, n }) {
  const { x, y, d } = key;
  const [left, right] = [fromB64u(x, 32), fromB64u(y, 32)];
  await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x, y, d }, CURVE, false, ["sign"]);
  if (serial !== b64u(joined([4], left, right)) || !Number.isSafeInteger(n) || n < 0) throw new TypeError("serial");
  const message = joined(fromB64u(prefix, PREFIX_BYTES), tokenMessage(ballot, name, serial));
  const { bytes } = classKey(keys[name]);
  if (!token) [blinded, inverse].forEach((value) => fromB64u(value, bytes));
  else if (!(await isGood(keys[name], message, fromB64u(token)))) throw new TypeError("token");
}

const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds

/** Wait a little longer each time, or until the device is online again. */
export function pause(tries) {
  const seconds = PAUSES[Math.min(tries, PAUSES.length) - 1];
  return new Promise((resolve) => {
    const awake = () => {
      clearTimeout(timer);
      removeEventListener("online", awake);
      resolve();
    };
    const timer = setTimeout(awake, 1000 * seconds);
    addEventListener("online", awake);
  });
}
