// Blind signatures by RFC 9474, RSABSSA-SHA384-PSS-Randomized: the member's part. Its names are the RFC's.
// A class key is {n, e, bytes}, as `classKey` reads it from a JWK.

import { b64u, bytesOf, fromB64u, joined, numberOf, random, sha } from "./bytes.js";

export const PREFIX_BYTES = 32;
const SALT_BYTES = 48;
const HASH_BYTES = 48;

/** Read a class key; throws unless it is RSA of 3072 to 4096 bits with the usual exponent. */
export function classKey(jwk) {
  const modulus = fromB64u(jwk.n);
  const sized = modulus.length >= 384 && modulus.length <= 512 && modulus[0] >= 128;
  if (jwk.kty !== "RSA" || jwk.e !== "AQAB" || !sized) throw new TypeError("not a class key");
  return { n: numberOf(modulus), e: 65537n, bytes: modulus.length };
}

/** EMSA-PSS-ENCODE of RFC 8017, 9.1.1, for a modulus whose bits fill its bytes. */
export async function encode(message, bytes, salt) {
  const digest = await sha(384, joined(new Uint8Array(8), await sha(384, message), salt));
  const padding = new Uint8Array(bytes - salt.length - HASH_BYTES - 2);
  const block = joined(padding, [1], salt);
  const mask = await mgf1(digest, block.length);
  const masked = block.map((byte, at) => byte ^ mask[at]);
  masked[0] &= 0x7f; // one bit fewer than the modulus
  return joined(masked, digest, [0xbc]);
}

/** Blind a prepared message (prefix and all); `salt` and `r` are given by the published vectors only. */
export async function blind(key, message, { salt = random(SALT_BYTES), r = randomBelow(key) } = {}) {
  const encoded = numberOf(await encode(message, key.bytes, salt));
  const inverse = invert(r, key.n);
  if (inverse === null || invert(encoded, key.n) === null) throw new RangeError("shares a factor with the key");
  const blinded = (encoded * power(r, key.e, key.n)) % key.n;
  return { blinded: bytesOf(blinded, key.bytes), inverse: bytesOf(inverse, key.bytes) };
}

/** Take a signature off its blinding; what comes is to be verified. */
export function unblind(key, signature, inverse) {
  const signed = numberOf(signature);
  if (signature.length !== key.bytes || signed >= key.n) throw new RangeError("not a signature by such a key");
  return bytesOf((signed * numberOf(inverse)) % key.n, key.bytes);
}

/** Say whether the token is a signature by that class key over the prepared message. */
export async function isGood(jwk, message, token) {
  const plain = { kty: "RSA", n: jwk.n, e: jwk.e };
  const key = await crypto.subtle.importKey("jwk", plain, { name: "RSA-PSS", hash: "SHA-384" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "RSA-PSS", saltLength: SALT_BYTES }, key, token, message);
}

/** Unblind and verify; throws if the signature isn't by that key. */
export async function finalize(jwk, message, signature, inverse) {
  const token = unblind(classKey(jwk), signature, inverse);
  if (!(await isGood(jwk, message, token))) throw new RangeError("not by this key");
  return b64u(token);
}

async function mgf1(seed, length) {
  const rounds = Array.from({ length: Math.ceil(length / HASH_BYTES) }, (_, at) =>
    sha(384, joined(seed, [0, 0, 0, at])),
  );
  return joined(...(await Promise.all(rounds))).slice(0, length);
}

function randomBelow(key) {
  for (;;) {
    const r = numberOf(random(key.bytes));
    if (r > 0n && r < key.n) return r;
  }
}

export function power(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** The inverse modulo n, or null where there is none. */
export function invert(value, n) {
  let [a, b, x, y] = [value % n, n, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return a === 1n ? ((x % n) + n) % n : null;
}
