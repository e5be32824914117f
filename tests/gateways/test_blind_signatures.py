"""The signatures of secret ballots: the published vectors, what is refused, and sealed keys."""

import copy
import json
from pathlib import Path

import gmpy2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.gateways import blind_signatures, voter
from coop.gateways.blind_signatures import (
    KeyUnreadable,
    b64u,
    from_b64u,
    new_class_key,
    new_receipt_key,
    open_key,
    receipt_is_signed,
    seal_key,
    sign_blinded,
    sign_receipt,
    token_is_good,
    vote_is_signed,
)
from coop.gateways.voter import Voter
from coop.rules.secret_messages import (
    fingerprint,
    receipt_message,
    token_message,
    vote_digest,
    vote_message,
)

BALLOT = "pioneers/7"
VECTOR = json.loads((Path(__file__).parent.parent / "data" / "rfc9474_a1.json").read_text())


def data_of(name):
    return bytes.fromhex(VECTOR[name])


def number_of(name):
    return int(VECTOR[name], 16)


@pytest.fixture(scope="module")
def vector_key():
    p, q, d, n, e = (number_of(name) for name in "pqdne")
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(e, n),
    )
    return numbers.private_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def class_keys():
    return {"member": new_class_key(), "worker": new_class_key()}


@pytest.fixture(scope="module")
def public(class_keys):
    return {name: jwk for name, (jwk, _private) in class_keys.items()}


@pytest.fixture
def cast(class_keys, public):
    """What a member's device posts, with a token of the class."""

    def make(choice="for", voting_class="member"):
        member = Voter(BALLOT, voting_class, public)
        member.take(sign_blinded(class_keys[voting_class][1], member.blinded))
        return member.cast(choice)

    return make


def is_good(public, paper, *, ballot=BALLOT, voting_class="member", key="member"):
    message = token_message(ballot, voting_class, paper["serial"])
    return token_is_good(public[key], paper["prefix"], message, paper["token"])


# The vectors of RFC 9474, Appendix A.1.


def test_a_message_is_encoded_as_published():
    bits = number_of("n").bit_length() - 1
    assert voter.encode(data_of("prepared_msg"), bits, data_of("salt")) == data_of("encoded_msg")
    assert data_of("prepared_msg") == data_of("msg_prefix") + data_of("msg")


def test_a_message_is_blinded_as_published():
    n, e = number_of("n"), number_of("e")
    r = int(gmpy2.invert(number_of("inv"), n))
    assert voter.blind(n, e, data_of("prepared_msg"), data_of("salt"), r) == data_of("blinded_msg")


def test_a_blinded_message_is_signed_as_published(vector_key):
    assert sign_blinded(vector_key, data_of("blinded_msg")) == data_of("blind_sig")


def test_a_blind_signature_is_finalized_as_published():
    assert voter.finalize(number_of("n"), data_of("blind_sig"), number_of("inv")) == data_of("sig")


@pytest.mark.parametrize("spoiled", [None, "msg_prefix", "msg", "sig"])
def test_the_published_signature_verifies_and_a_spoiled_one_does_not(spoiled):
    jwk = {"kty": "RSA", "n": b64u(data_of("n")), "e": b64u(data_of("e"))}  # 4096 bits
    told = {name: bytearray(data_of(name)) for name in ("msg_prefix", "msg", "sig")}
    if spoiled:
        told[spoiled][0] ^= 1
    good = token_is_good(jwk, b64u(told["msg_prefix"]), bytes(told["msg"]), b64u(told["sig"]))
    assert good is (spoiled is None)


# Tokens.


def test_a_token_is_good_for_its_own_ballot_class_and_serial_only(cast, public):
    paper, other = cast(), cast()
    assert is_good(public, paper)
    assert not is_good(public, paper, ballot="pioneers/8")
    assert not is_good(public, paper, voting_class="worker")
    assert not is_good(public, paper, voting_class="worker", key="worker")
    assert not is_good(public, paper, key="worker")
    assert not is_good(public, paper | {"serial": other["serial"]})
    assert not is_good(public, paper | {"prefix": other["prefix"]})
    assert not is_good(public, paper | {"token": other["token"]})


def test_the_same_blinded_value_gets_the_same_signature_though_each_time_blinded_anew(class_keys, public):
    member = Voter(BALLOT, "member", public)
    private = class_keys["member"][1]
    assert sign_blinded(private, member.blinded) == sign_blinded(private, member.blinded)


def test_what_the_signer_sees_is_none_of_what_is_cast(class_keys, public):
    member = Voter(BALLOT, "member", public)
    signature = sign_blinded(class_keys["member"][1], member.blinded)
    member.take(signature)
    paper = member.cast("for")
    assert from_b64u(paper["token"]) not in (member.blinded, signature)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(lambda _: 0, id="nothing"),
        pytest.param(lambda n: n, id="the modulus"),
        pytest.param(lambda n: n + 1, id="beyond the modulus"),
    ],
)
def test_a_value_outside_the_key_is_not_signed(class_keys, public, value):
    n = int.from_bytes(from_b64u(public["member"]["n"]), "big")
    with pytest.raises(ValueError, match="not a blinded value"):
        sign_blinded(class_keys["member"][1], value(n).to_bytes(384, "big"))


@pytest.mark.parametrize(("length", "taken"), [(383, False), (384, True), (385, False)])
def test_a_blinded_value_has_384_bytes(class_keys, length, taken):
    value = b"\x01".rjust(length, b"\0")
    if taken:
        assert sign_blinded(class_keys["member"][1], value) == value  # 1 to any power
    else:
        with pytest.raises(ValueError, match="not a blinded value"):
            sign_blinded(class_keys["member"][1], value)


def test_a_faulty_signature_never_leaves(class_keys, public, monkeypatch):
    right = blind_signatures._private_power
    monkeypatch.setattr(
        blind_signatures, "_private_power", lambda numbers, value: right(numbers, value) + numbers.p
    )
    with pytest.raises(ArithmeticError, match="withheld"):
        sign_blinded(class_keys["member"][1], Voter(BALLOT, "member", public).blinded)


def test_a_voter_takes_no_signature_by_another_key(class_keys, public):
    member = Voter(BALLOT, "member", public)
    with pytest.raises(ValueError, match=r"not (by the key|a signature by|a blinded value)"):  # by size
        member.take(sign_blinded(class_keys["worker"][1], member.blinded))
    with pytest.raises(ValueError, match="no token yet"):
        member.cast("for")


PAPERS = ["for", [2, 1], [None, 5, 0], "“für”"]


@pytest.mark.parametrize("choice", PAPERS)
def test_a_vote_is_signed_by_its_serial_over_ballot_number_and_choice(cast, choice):
    paper = cast(choice)
    serial, sig, vote = paper["serial"], paper["sig"], paper["vote"]
    assert json.loads(vote) == choice
    assert vote_is_signed(serial, vote_message(BALLOT, 1, vote), sig)
    assert not vote_is_signed(serial, vote_message(BALLOT, 2, vote), sig)
    assert not vote_is_signed(serial, vote_message("pioneers/8", 1, vote), sig)
    assert not vote_is_signed(serial, vote_message(BALLOT, 1, '"against"'), sig)
    assert not vote_is_signed(cast()["serial"], vote_message(BALLOT, 1, vote), sig)


# Whatever a peer sends is answered by no, never by a fault.

NO_TEXT = [None, 7, b"bytes", [], {}, "", "=", "é", "A", "\n"]


def spoilings(text):
    """Other spellings, lengths and values of a base64url text."""
    last = text[-1]
    return [
        *NO_TEXT,
        text + "=",
        text + "\n",
        " " + text,
        text[:-1],
        text + "A",
        text[:-4],
        text + "AAAA",
        text[:-1] + ("B" if last != "B" else "C"),
        ("B" if text[0] != "B" else "C") + text[1:],
        text.replace("-", "+").replace("_", "/") + "==",
    ]


@pytest.mark.parametrize("name", ["serial", "prefix", "token"])
def test_a_spoiled_token_is_refused(cast, public, name):
    paper = cast()
    for spoiled in spoilings(paper[name]):
        assert not is_good(public, paper | {name: spoiled})


@pytest.mark.parametrize("name", ["serial", "sig"])
def test_a_spoiled_vote_is_refused(cast, name):
    paper = cast()
    for spoiled in spoilings(paper[name]):
        told = paper | {name: spoiled}
        assert not vote_is_signed(told["serial"], vote_message(BALLOT, 1, paper["vote"]), told["sig"])


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_bytes_have_one_spelling(data):
    text = b64u(data)
    assert from_b64u(text) == data
    others = [text + "=", text[:-1] + chr(ord(text[-1]) + 1)] if len(data) % 3 else [text + "="]
    for other in others:
        with pytest.raises(ValueError, match="base64url"):
            from_b64u(other)


def test_a_serial_is_a_point_of_the_curve_and_not_compressed():
    key = ec.generate_private_key(ec.SECP256R1())
    signature = b64u(blind_signatures.raw_ecdsa(key, b"message"))
    point = from_b64u(blind_signatures.serial_of(key.public_key()))
    assert vote_is_signed(b64u(point), b"message", signature)
    beside = point[:-1] + bytes([point[-1] ^ 1])
    compressed = bytes([2 + point[-1] % 2]) + point[1:33]
    hybrid = bytes([6 + point[-1] % 2]) + point[1:]
    for wrong in (beside, compressed, hybrid, bytes(65), b"\x04" + bytes(64)):
        assert not vote_is_signed(b64u(wrong), b"message", signature)


@pytest.mark.parametrize("sig", [bytes(64), b"\xff" * 64, b"\x01".rjust(64, b"\0"), bytes(63), bytes(65)])
def test_a_signature_outside_the_curve_is_refused(cast, sig):
    assert not vote_is_signed(cast()["serial"], b"message", b64u(sig))


def test_a_class_key_has_our_size_exponent_and_spelling(cast, public):
    paper = cast()
    small = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n
    for change in (
        {"n": b64u(small.to_bytes(256, "big"))},
        {"n": b64u(b"\xff" * 100_000)},
        {"n": b64u(b"\0" + from_b64u(public["member"]["n"]))},
        {"n": 3},
        {"n": ["x"]},
        {"e": b64u(b"\x03")},
        {"e": b64u(b"\x00\x01\x00\x01")},
        {"e": None},
        {"kty": "EC"},
    ):
        assert not is_good({"member": public["member"] | change}, paper), change
    assert is_good(public, paper)
    for none in ({}, None, [], "key"):
        assert not is_good({"member": none}, paper)
        assert not receipt_is_signed(none, b"", paper["sig"])


# Receipts.


def test_a_receipt_is_signed_over_serial_number_and_digest():
    jwk, private = new_receipt_key()
    digest = vote_digest('"for"')
    sig = b64u(sign_receipt(private, receipt_message(BALLOT, "serial", 1, digest)))
    assert len(from_b64u(sig)) == 64
    assert receipt_is_signed(jwk, receipt_message(BALLOT, "serial", 1, digest), sig)
    assert not receipt_is_signed(jwk, receipt_message(BALLOT, "serial", 2, digest), sig)
    assert not receipt_is_signed(jwk, receipt_message(BALLOT, "serial", 1, vote_digest('"against"')), sig)
    assert not receipt_is_signed(new_receipt_key()[0], receipt_message(BALLOT, "serial", 1, digest), sig)
    for name in jwk:
        for spoiled in spoilings(jwk[name]):
            assert not receipt_is_signed(
                jwk | {name: spoiled}, receipt_message(BALLOT, "serial", 1, digest), sig
            )


def test_a_key_of_one_kind_does_not_do_the_other_kinds_work(class_keys):
    with pytest.raises(TypeError):
        sign_receipt(class_keys["member"][1], b"message")
    with pytest.raises(TypeError):
        sign_blinded(new_receipt_key()[1], bytes(384))


# Keys.


def test_a_class_key_is_of_3072_bits(class_keys, public):
    for name, (jwk, private) in class_keys.items():
        assert set(jwk) == {"kty", "n", "e"}
        assert len(from_b64u(jwk["n"])) == 384
        assert from_b64u(jwk["n"])[0] >= 0x80
        numbers = load_der_private_key(private, None).private_numbers()
        assert numbers.public_numbers.n == int.from_bytes(from_b64u(jwk["n"]), "big")
        assert public[name] == jwk


def test_a_sealed_key_opens_for_its_own_ballot_purpose_and_secret_only():
    private = new_receipt_key()[1]
    sealed = seal_key("secret", private, BALLOT, "receipt")
    assert private not in sealed
    assert seal_key("secret", private, BALLOT, "receipt") != sealed
    assert open_key("secret", sealed, BALLOT, "receipt") == private
    for secret, told, ballot, purpose in (
        ("other", sealed, BALLOT, "receipt"),
        ("secret", sealed, "pioneers/8", "receipt"),
        ("secret", sealed, BALLOT, "class:member"),
        ("secret", sealed[:-1] + bytes([sealed[-1] ^ 1]), BALLOT, "receipt"),
        ("secret", b"", BALLOT, "receipt"),
    ):
        with pytest.raises(KeyUnreadable, match="COOP_BALLOT_KEY"):
            open_key(secret, told, ballot, purpose)


def test_the_fingerprint_names_every_key(public):
    receipt_key = new_receipt_key()[0]
    name = fingerprint(public, receipt_key)
    assert [len(group) for group in name.split(" ")] == [4] * 8
    assert fingerprint(dict(reversed(public.items())), receipt_key) == name
    changed = copy.deepcopy(public)
    changed["worker"]["n"] = changed["member"]["n"]
    assert fingerprint(changed, receipt_key) != name
    assert fingerprint(public, new_receipt_key()[0]) != name
