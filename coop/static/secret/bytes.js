// Bytes, and the ways they are written. Nothing here knows of ballots.

const text = new TextEncoder();

export const utf8 = (words) => text.encode(words);

export function b64u(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Read base64url; throws unless it is the one spelling of so many bytes. */
export function fromB64u(written, length) {
  if (typeof written !== "string" || !/^[A-Za-z0-9_-]*$/.test(written)) throw new TypeError("not base64url");
  const binary = atob(written.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (b64u(bytes) !== written) throw new TypeError("another spelling");
  if (length !== undefined && bytes.length !== length) throw new TypeError("another length");
  return bytes;
}

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const sha = async (bits, bytes) => new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, bytes));

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

export const numberOf = (bytes) => BigInt(`0x${hex(bytes) || "0"}`);

export function bytesOf(number, length) {
  const digits = number.toString(16).padStart(2 * length, "0");
  return Uint8Array.from({ length }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/** The one JSON text of a value: names in the order of their characters, no spaces. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort(byCharacter);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

function byCharacter(one, other) {
  const [left, right] = [[...one], [...other]];
  const at = left.findIndex((character, place) => character !== right[place]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at].codePointAt() - right[at].codePointAt() : 1;
}
