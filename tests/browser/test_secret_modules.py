"""The browser's module alone: published vectors, tokens that other code verifies, papers read as the server does."""

import json
import random
import statistics
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from coop.blueprints.ballots.papers import MotionPaper, election_paper
from coop.gateways import blind_signatures as signatures
from coop.rules.chain import canonical
from coop.rules.secret_messages import fingerprint, receipt_message, vote_digest
from coop.rules.tally import METHODS
from tests.scale import scale

pytestmark = pytest.mark.browser

VECTOR = json.loads((Path(__file__).parent.parent / "data" / "rfc9474_a1.json").read_text())
BALLOT = "pioneers/7"


@pytest.fixture
def page(chromium, serve):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{serve}/healthz")  # a secure context with the policy of every page, and nothing else
    yield page
    context.close()


def test_the_module_gives_the_published_vectors(page):
    given = page.evaluate(
        """async (vector) => {
          const { blind, classKey, encode, finalize, invert } = await import("/static/secret/blind.js");
          const { b64u, hex } = await import("/static/secret/bytes.js");
          const bytes = (digits) => Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
          const jwk = { kty: "RSA", n: b64u(bytes(vector.n)), e: "AQAB" };
          const key = classKey(jwk);
          const message = bytes(vector.prepared_msg);
          const salt = bytes(vector.salt);
          const r = invert(BigInt("0x" + vector.inv), key.n);
          const { blinded, inverse } = await blind(key, message, { salt, r });
          return {
            encoded_msg: hex(await encode(message, key.bytes, salt)),
            blinded_msg: hex(blinded),
            inv: hex(inverse),
            sig: await finalize(jwk, message, bytes(vector.blind_sig), inverse),
          };
        }""",
        VECTOR,
    )
    given["sig"] = signatures.from_b64u(given["sig"]).hex()
    assert given == {name: VECTOR[name] for name in given}


MAKE_VOTES = """async ({ told, count }) => {
  const { Voting } = await import("/static/secret/protocol.js");
  const { openStore } = await import("/static/secret/store.js");
  const store = await openStore();
  const times = [];
  let away = 0;
  const waited = async (asked) => {
    const from = performance.now();
    const answer = JSON.parse(await asked);
    away += performance.now() - from;
    return answer;
  };
  const server = {
    keys: () => waited(window.keysOf()),
    token: (blinded) => waited(window.tokenFor(blinded)),
    cast: (vote) => waited(window.castVote(JSON.stringify(vote))),
  };
  for (let at = 0; at < count; at += 1) {
    const voting = new Voting({ ...told, member: String(at) }, store, server);
    const from = performance.now();
    away = 0;
    await voting.cast(at % 2 ? "against" : "for");
    const all = performance.now() - from;
    times.push([all - away, all]);
  }
  return times;
}"""


class Server:
    """The server's part of one ballot, by our gateway."""

    def __init__(self, page):
        jwk, self.private = signatures.new_class_key()
        self.receipt_key, self.receipt_private = signatures.new_receipt_key()
        self.keys, self.cast = {"member": jwk}, []
        page.expose_function("keysOf", lambda: json.dumps(self.told()))
        page.expose_function("tokenFor", self.token)
        page.expose_function("castVote", self.take)

    def told(self):
        return {"ballot": BALLOT, "keys": self.keys, "receipt_key": self.receipt_key}

    def token(self, blinded):
        signed = signatures.sign_blinded(self.private, signatures.from_b64u(blinded, 384))
        return json.dumps({"class": "member", "signature": signatures.b64u(signed)})

    def take(self, text):
        vote = json.loads(text)
        self.cast.append(vote)
        serial, n, digest = vote["serial"], vote["n"], vote_digest(vote["vote"])
        signed = signatures.sign_receipt(self.receipt_private, receipt_message(BALLOT, serial, n, digest))
        receipt = {"ballot": BALLOT, "serial": serial, "n": n, "vote_sha256": digest}
        return json.dumps({"receipt": receipt | {"signature": signatures.b64u(signed)}}["receipt"])


def verify(jwk, vote):
    """Verify a token and a vote with the `cryptography` package alone; raises where one is wrong."""
    data = {name: signatures.from_b64u(vote[name]) for name in ("serial", "prefix", "token", "sig")}
    modulus = int.from_bytes(signatures.from_b64u(jwk["n"]), "big")
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
    message = f"coop-ballot\n{BALLOT}\nmember\n{vote['serial']}".encode()
    rsa.RSAPublicNumbers(65537, modulus).public_key().verify(
        data["token"], data["prefix"] + message, pss, hashes.SHA384()
    )
    r, s = (int.from_bytes(half, "big") for half in (data["sig"][:32], data["sig"][32:]))
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data["serial"]).verify(
        encode_dss_signature(r, s),
        f"coop-vote\n{BALLOT}\n{vote['n']}\n{vote['vote']}".encode(),
        ec.ECDSA(hashes.SHA256()),
    )


def test_tokens_of_the_browser_are_verified_by_other_code_and_made_within_a_second(page, evidence):
    server, count = Server(page), scale(20, 200)
    times = page.evaluate(MAKE_VOTES, {"told": server.told() | {"class": "member"}, "count": count})
    for vote in server.cast:
        verify(server.keys["member"], vote)
    for part in ("serial", "prefix", "token"):
        assert len({vote[part] for vote in server.cast}) == count
    computing = statistics.median(alone for alone, _all in times)
    from_tap_to_receipt = statistics.median(whole for _alone, whole in times)
    evidence(
        tokens_verified=len(server.cast),
        median_computing_ms=round(computing),
        slowest_computing_ms=round(max(alone for alone, _all in times)),
        median_with_the_servers_answers_ms=round(from_tap_to_receipt),
    )
    assert len(server.cast) == count
    assert computing < 1000


def test_the_browser_names_keys_as_the_server_does(page):
    """Also where the names of classes sort differently as bytes, as UTF-16 or by language."""
    names = ["member", "Member", "zeta", "éclair", "\ue000", "\U0001f41d", 'a"b\\c', "a\nb", "a"]
    keys = {name: {"kty": "RSA", "n": name, "e": "AQAB"} for name in names}
    told = page.evaluate(
        """async (keys) => {
          const { canonical } = await import("/static/secret/bytes.js");
          const { fingerprint } = await import("/static/secret/protocol.js");
          return [canonical(keys), await fingerprint(keys, { x: null, y: [1, "b"] })];
        }""",
        keys,
    )
    assert told == [canonical(keys), fingerprint(keys, {"x": None, "y": [1, "b"]})]


OPTIONS = [
    SimpleNamespace(position=at, name=f"Candidate {at}", statement="", membership_id=at) for at in range(1, 5)
]


@pytest.mark.parametrize("none", [False, True])
@pytest.mark.parametrize("method", ["motion", "plurality", "approval", "score", "scottish-stv"])
def test_a_paper_is_read_as_the_server_reads_it(page, serve_app, serve, method, none):
    how = METHODS.get(method)
    with serve_app.test_request_context("/"):
        fields = render_template_string(
            '{% include "ballots/_marks.html" %}',
            options=OPTIONS,
            photos={},
            method=how,
            paper=election_paper(how.paper, OPTIONS, none=none) if how else MotionPaper(),
        )
    page.route(
        "**/paper", lambda route: route.fulfill(content_type="text/html", body=f"<form>{fields}</form>")
    )
    page.goto(f"{serve}/paper")
    kind = str(how.paper) if how else "motion"
    for seed in range(scale(30, 300)):
        marked, read, again = page.evaluate(READ, {"kind": kind, "seeds": chances(seed)})
        with serve_app.test_request_context("/", method="POST", data=MultiDict(map(tuple, marked))):
            form = election_paper(how.paper, OPTIONS, none=none) if how else MotionPaper()
            form._fields.pop("csrf_token", None)
            said = server_reads(form, kind)
        assert read == said, (marked, read, said)
        assert again == read


def chances(seed):
    return [random.Random(seed * 100 + at).random() for at in range(40)]


def server_reads(form, kind):
    """What the server would keep, or that it refuses the paper."""
    if not form.validate():
        return "refused"
    if kind == "motion":
        return form.choice.data
    return sorted(form.choice()) if kind == "approval" else form.choice()


READ = """async ({ kind, seeds }) => {
  const { choiceOn, mark, Unreadable } = await import("/static/secret/choice.js");
  const form = document.querySelector("form");
  form.reset();
  for (const input of form.querySelectorAll("input[type=radio], input[type=checkbox]"))
    input.checked = seeds.pop() < 0.4;
  for (const select of form.querySelectorAll("select"))
    select.selectedIndex = seeds.pop() < 0.4 ? 0 : Math.floor(seeds.pop() * select.options.length);
  const marked = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  const read = () => {
    try {
      return choiceOn(form, kind);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return "refused";
    }
  };
  const choice = read();
  if (choice !== "refused") {
    form.reset();
    mark(form, kind, choice);
  }
  return [marked, choice, read()];
}"""
