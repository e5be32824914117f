"""How passwords are kept and compared."""

import pytest

from coop.gateways import passwords


@pytest.fixture
def verified(monkeypatch):
    """The hashes that were verified, counted instead of timed."""
    seen = []
    honest = passwords._verify
    monkeypatch.setattr(
        passwords, "_verify", lambda stored, typed: (seen.append(stored), honest(stored, typed))[1]
    )
    return seen


def test_a_password_is_kept_as_argon2id_with_the_figures_of_the_design():
    assert passwords.hash_password("a long enough password").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_is_kept_differently_each_time():
    assert passwords.hash_password("a long enough password") != passwords.hash_password(
        "a long enough password"
    )


@pytest.mark.parametrize(
    ("typed", "matches"),
    [
        ("a long enough password", True),
        ("a long enough passwort", False),
        ("", False),
        ("a long enough password ", False),
    ],
)
def test_only_the_very_password_matches(typed, matches):
    assert passwords.password_matches(passwords.hash_password("a long enough password"), typed) is matches


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nothing_matches_an_account_without_a_password(stored):
    assert not passwords.password_matches(stored, "the password of nobody at all")


def test_an_unknown_address_costs_as_many_verifications_as_a_known_one(verified):
    stored = passwords.hash_password("a long enough password")
    passwords.password_matches(stored, "a wrong one entirely")
    known = len(verified)
    passwords.password_matches(None, "a wrong one entirely")
    assert (known, len(verified) - known) == (1, 1)
    assert verified[0].split("$")[1:4] == verified[1].split("$")[1:4]
