"""Hold the browser's blind signatures and ours against another implementation of RFC 9474.

    python -m benchmarks.blind_crosscheck [--folder PATH] [--tokens 200]

The other implementation runs in an environment of its own: that of PATH, or one made for the run and
thrown away. Tokens are made by the browser's module in a real Chromium. Writes docs/evidence/blind_signatures.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_der_private_key
from playwright.sync_api import sync_playwright

from coop.gateways.blind_signatures import b64u, from_b64u, new_class_key, sign_blinded, token_is_good
from coop.rules.secret_messages import token_message
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.evidence import commit

ROOT = Path(__file__).parent.parent
EVIDENCE = ROOT / "docs" / "evidence" / "blind_signatures.md"
PACKAGE = "@cloudflare/blindrsa-ts"
BALLOT, CLASS = "pioneers/7", "member"

BLIND = """async ({ key, ballot, votingClass, count }) => {
  const { blind, classKey, PREFIX_BYTES } = await import("/secret/blind.js");
  const { b64u, joined, random } = await import("/secret/bytes.js");
  const { tokenMessage } = await import("/secret/protocol.js");
  window.papers = [];
  for (let at = 0; at < count; at += 1) {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    const serial = b64u(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
    const prefix = random(PREFIX_BYTES);
    const message = joined(prefix, tokenMessage(ballot, votingClass, serial));
    const { blinded, inverse } = await blind(classKey(key), message);
    window.papers.push({ serial, prefix: b64u(prefix), message, blinded: b64u(blinded), inverse });
  }
  return window.papers.map(({ serial, prefix, blinded }) => ({ serial, prefix, blinded }));
}"""
FINALIZE = """async ({ key, signatures }) => {
  const { finalize } = await import("/secret/blind.js");
  const { fromB64u } = await import("/secret/bytes.js");
  const made = signatures.map((one, at) => finalize(key, papers[at].message, fromB64u(one), papers[at].inverse));
  return Promise.all(made);
}"""


def main():
    asked = argparse.ArgumentParser(description="Hold blind signatures against another implementation.")
    asked.add_argument("--folder", help=f"a folder whose node_modules holds {PACKAGE}")
    asked.add_argument("--tokens", type=int, default=200)
    given = asked.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        folder = given.folder or place
        if not given.folder:
            subprocess.run(["npm", "install", "--silent", "--prefix", place, PACKAGE], check=True)
        lines, version = check(folder, given.tokens)
    text = report(lines, version, given.tokens, time.monotonic() - started)
    EVIDENCE.write_text(text)
    print(text)
    if any(found != all_of_them for _what, found, all_of_them in lines):
        sys.exit("Some did not agree.")


def check(folder, count):
    """Make tokens every way round; gives what was compared and how many agreed."""
    jwk, private = new_class_key()
    theirs = partial(ask, folder)
    with browser() as page:
        told = {"key": jwk, "ballot": BALLOT, "votingClass": CLASS, "count": count}
        papers = page.evaluate(BLIND, told)
        ours = [b64u(sign_blinded(private, from_b64u(paper["blinded"]))) for paper in papers]
        tokens = page.evaluate(FINALIZE, {"key": jwk, "signatures": ours})
    messages = [token_message(BALLOT, CLASS, paper["serial"]) for paper in papers]
    prepared = [
        b64u(from_b64u(paper["prefix"]) + message) for paper, message in zip(papers, messages, strict=True)
    ]

    both = [{"message": m, "token": t} for m, t in zip(prepared, tokens, strict=True)]
    good, version = theirs(deed="verify", key=jwk, tokens=both)
    swapped = [{"message": m, "token": t} for m, t in zip(prepared, tokens[1:] + tokens[:1], strict=True)]
    bad, _ = theirs(deed="verify", key=jwk, tokens=swapped)
    few = [one["blinded"] for one in papers[: max(1, count // 10)]]  # it takes seconds for each
    signed, _ = theirs(deed="sign", key=private_jwk(jwk, private), blinded=few)

    blinded, _ = theirs(deed="blind", key=jwk, messages=[b64u(message) for message in messages])
    answers = [
        {**one, "signature": b64u(sign_blinded(private, from_b64u(one["blinded"])))} for one in blinded
    ]
    finalized, _ = theirs(deed="finalize", key=jwk, signed=answers)
    accepted = [
        token_is_good(jwk, b64u(from_b64u(one["prepared"])[:32]), message, token)
        for one, message, token in zip(blinded, messages, finalized, strict=True)
    ]
    return [
        (
            "tokens made by the browser's module and our signer, verified by the other",
            good.count(True),
            count,
        ),
        ("the same tokens beside another's message, refused by the other", bad.count(False), count),
        (
            "blinded values of the browser signed by both, with the same signature",
            sum(map(str.__eq__, ours, signed)),
            len(few),
        ),
        (
            "tokens blinded and finalized by the other over our signer, verified by us",
            accepted.count(True),
            count,
        ),
    ], version


def ask(folder, **asked):
    script = Path(__file__).parent / "counters" / "with_blindrsa.mjs"
    heard = subprocess.run(
        ["node", str(script), folder], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if heard.returncode:
        sys.exit(f"{PACKAGE} could not {asked['deed']}: {heard.stderr[-2000:]}")
    told = json.loads(heard.stdout)
    return told["answers"], told["version"]


@contextmanager
def browser():
    """Give a page in Chromium that can load the browser's modules."""
    handler = partial(Quiet, directory=str(ROOT / "coop" / "static"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/favicon.svg")
        yield page
        chromium.close()
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


def private_jwk(jwk, private_der):
    numbers = load_der_private_key(private_der, None).private_numbers()
    parts = {"d": numbers.d, "p": numbers.p, "q": numbers.q}
    parts |= {"dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
    written = {
        name: b64u(value.to_bytes(-(-value.bit_length() // 8), "big")) for name, value in parts.items()
    }
    return {**jwk, **written}


def report(lines, version, count, seconds):
    made = (
        f"Made by `python -m benchmarks.blind_crosscheck` on {datetime.now(UTC):%Y-%m-%d} at commit {commit()}, in "
        f"{seconds:.0f} s: {count} tokens under one key of 3072 bits, blinded by the browser's module in Chromium; "
        f"the other implementation of RFC 9474 is {PACKAGE} {version}."
    )
    rows = [f"| {what} | {found} of {all_of_them} |" for what, found, all_of_them in lines]
    return "\n".join(
        ["# Evidence: blind signatures", "", made, "", "| compared | agreed |", "|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    main()
