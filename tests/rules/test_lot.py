"""The lot: anyone with the seed gets the same order, and only from that seed."""

import hashlib
import hmac
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.lot import Commitment, draw, lot_order, seed_from

tickets = st.lists(st.text(max_size=8), min_size=1, max_size=8, unique=True)


@given(seed=st.binary(max_size=40), occasion=st.text(max_size=8), names=tickets)
def test_the_order_of_the_lot_does_not_depend_on_the_order_of_the_list(seed, occasion, names):
    order = lot_order(seed, occasion, names)
    assert order == lot_order(seed, occasion, names[::-1])
    assert sorted(order) == sorted(names)
    assert draw(seed, occasion, names) == order[0]


def test_the_lot_can_be_re_run_with_the_published_recipe():
    names = ["1", "2", "3"]
    by_hand = min(
        names, key=lambda name: hmac.new(b"seed", f"tie 1:{name}".encode(), hashlib.sha256).hexdigest()
    )
    assert draw(b"seed", "tie 1", names) == by_hand


def test_the_lot_falls_on_each_about_equally_often():
    drawn = [draw(str(seed).encode(), "tie 1", ["1", "2", "3"]) for seed in range(3000)]
    assert all(900 < drawn.count(name) < 1100 for name in ("1", "2", "3"))


def test_a_ticket_drawn_twice_is_refused():
    with pytest.raises(ValueError, match="differ"):
        draw(b"seed", "tie 1", ["1", "1"])


needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not here")


def shell(command):
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout


@needs_openssl
def test_the_lot_can_be_re_run_with_openssl():
    names = ["Ada", "Doğa", "o'Neill", "100 % sure", "a\\b"]

    def digest(name):
        text = "jury 2026:" + name.replace("'", "'\"'\"'")
        printed = shell(f"printf '%s' '{text}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:5eed")
        return printed.split()[-1]

    assert lot_order(bytes.fromhex("5eed"), "jury 2026", names) == tuple(sorted(names, key=digest))


def by_hand(seed, message):
    """HMAC-SHA256 as RFC 2104 defines it, for keys of at most 64 bytes."""
    key = seed.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


@given(seed=st.binary(max_size=64), occasion=st.text(max_size=8), names=tickets)
def test_the_lot_is_the_one_anybody_would_write_from_the_standard(seed, occasion, names):
    order = sorted(names, key=lambda name: by_hand(seed, f"{occasion}:{name}".encode()))
    assert lot_order(seed, occasion, names) == tuple(order)


def commitment(name, secret):
    return Commitment(name, hashlib.sha256(secret.encode()).hexdigest())


THREE = [commitment("Ada", "plum"), commitment("Ben", "fig"), commitment("Cem", "pear")]


def test_the_seed_is_the_hash_of_the_secrets_in_order_and_the_public_value():
    seed = seed_from(THREE, {"Cem": "pear", "Ada": "plum", "Ben": "fig"}, "04 17 23")
    assert seed.text == "reveal 1: plum\nreveal 2: fig\nreveal 3: pear\npublic: 04 17 23\n"
    assert seed.value == hashlib.sha256(seed.text.encode()).digest()
    assert seed.says == "The seed is made of 3 revealed secrets, 0 withheld, and a public value."
    assert seed.plain()["seed"] == seed.value.hex()
    assert (
        seed_from(THREE[::-1], {"Ada": "plum", "Ben": "fig", "Cem": "pear"}, "04 17 23").value != seed.value
    )


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not here")
def test_the_seed_can_be_made_with_sha256sum():
    assert shell("printf '%s' fig | sha256sum").split()[0] == THREE[1].sha256
    made = seed_from(THREE[:2], {"Ada": "plum", "Ben": "fig"}, "04 17 23").value.hex()
    lines = "'reveal 1: plum' 'reveal 2: fig' 'public: 04 17 23'"
    assert shell(f"printf '%s\\n' {lines} | sha256sum").split()[0] == made


def test_a_withheld_secret_is_left_out_named_and_counted():
    seed = seed_from(THREE, {"Ada": "plum", "Cem": "pear"}, "04 17 23")
    assert seed.text == f"reveal 1: plum\nwithheld 2: {THREE[1].sha256}\nreveal 3: pear\npublic: 04 17 23\n"
    assert seed.withheld == ("Ben",)
    assert (
        seed.says
        == "The seed is made of 2 revealed secrets, 1 withheld, and a public value. Withheld by: Ben."
    )


@pytest.mark.parametrize(
    ("commitments", "reveals", "public", "sentence"),
    [
        (THREE, {"Ada": "plum", "Ben": "date"}, "7", "What Ben revealed doesn't match the commitment"),
        (THREE, {"Ada": "plum", "Ben": "fig "}, "7", "What Ben revealed doesn't match"),
        (THREE, {"Ada": "plum", "Dan": "date"}, "7", "Dan reveals a secret, but made no commitment"),
        (THREE, {}, "7", "Nobody revealed a secret"),
        (THREE, {"Ada": "plum"}, "", "The public value must be one line"),
        (THREE, {"Ada": "plum"}, "7\npublic: 8", "The public value must be one line"),
        (THREE, {"Ada": "pl\num"}, "7", "The secret of Ada must be one line"),
        (THREE, {"Ada": ""}, "7", "The secret of Ada must be one line, and not empty"),
        ([Commitment("Ada", "12ab")], {"Ada": "plum"}, "7", "The commitment of Ada is not a SHA-256"),
        ([*THREE, commitment("Dan", "plum")], {"Ada": "plum"}, "7", "The commitment of Ada is also another's"),
        ([*THREE, commitment("Ada", "date")], {"Ada": "plum"}, "7", "Ada made two commitments"),
    ],
)  # fmt: skip
def test_a_seed_that_nobody_could_trust_is_refused_in_a_sentence(commitments, reveals, public, sentence):
    with pytest.raises(ValueError, match=rf"{sentence}.*\.$"):
        seed_from(commitments, reveals, public)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cs"]), min_size=1, max_size=8
)


@given(secrets=st.lists(words, min_size=1, max_size=4, unique=True), public=words, other=words)
def test_whatever_is_revealed_or_public_changes_the_seed(secrets, public, other):
    commitments = [commitment(str(number), secret) for number, secret in enumerate(secrets)]
    reveals = {str(number): secret for number, secret in enumerate(secrets)}
    seed = seed_from(commitments, reveals, public).value
    assert seed == seed_from(commitments, reveals, public).value
    if other != public:
        assert seed != seed_from(commitments, reveals, other).value
    if len(secrets) > 1:
        assert (
            seed != seed_from(commitments, {name: reveals[name] for name in list(reveals)[1:]}, public).value
        )
