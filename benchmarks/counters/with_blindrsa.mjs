// Answers on standard output what another implementation of RFC 9474 says to what stands on standard input.
//   node with_blindrsa.mjs FOLDER    where FOLDER/node_modules holds @cloudflare/blindrsa-ts

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const home = join(process.argv[2], "node_modules", "@cloudflare", "blindrsa-ts");
const { BlindRSA, Params } = await import(pathToFileURL(join(home, "lib", "src", "index.js")));
const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
const theirs = new BlindRSA({ ...Params.RSABSSA_SHA384_PSS_Randomized, supportsRSARAW: false });

const bytes = (written) => Uint8Array.from(Buffer.from(written, "base64url"));
const b64u = (data) => Buffer.from(data).toString("base64url");
const imported = (jwk, use) => crypto.subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-384" }, true, [use]);
const inTurn = async (all, deed) => {
  const answers = [];
  for (const one of all) answers.push(await deed(one));
  return answers;
};

const DEEDS = {
  /** Say of each token whether it is good. */
  verify: async ({ key, tokens }) => {
    const read = await imported(key, "verify");
    return inTurn(tokens, ({ message, token }) => theirs.verify(read, bytes(token), bytes(message)));
  },
  /** Sign each blinded value. */
  sign: async ({ key, blinded }) => {
    const read = await imported(key, "sign");
    return inTurn(blinded, async (value) => b64u(await theirs.blindSign(read, bytes(value))));
  },
  /** Prepare and blind each message. */
  blind: async ({ key, messages }) => {
    const read = await imported(key, "verify");
    return inTurn(messages, async (message) => {
      const prepared = theirs.prepare(bytes(message));
      const { blindedMsg, inv } = await theirs.blind(read, prepared);
      return { prepared: b64u(prepared), blinded: b64u(blindedMsg), inverse: b64u(inv) };
    });
  },
  /** Finalize each signature; it throws where one isn't good. */
  finalize: async ({ key, signed }) => {
    const read = await imported(key, "verify");
    return inTurn(signed, async ({ prepared, signature, inverse }) =>
      b64u(await theirs.finalize(read, bytes(prepared), bytes(signature), bytes(inverse))),
    );
  },
};

const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify({ version, answers: await DEEDS[asked.deed](asked) }));
