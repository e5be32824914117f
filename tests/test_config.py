"""What an installation is told, and what it refuses to start without."""

import stat

import pytest

from config import PRODUCTION_NEEDS, read_settings

WHOLE = {
    "COOP_ENV": "production",
    "COOP_SECRET_KEY": "k" * 32,
    "COOP_DATABASE_URL": "postgresql+psycopg://coop@/coop",
    "COOP_BASE_URL": "https://coop.example",
    "COOP_MAIL_URL": "smtp://mail.example",
    "COOP_MAIL_FROM": "coop@coop.example",
}


@pytest.mark.parametrize("name", PRODUCTION_NEEDS)
def test_production_stops_with_a_sentence_that_names_what_is_missing(name):
    with pytest.raises(SystemExit, match=f"^{name} is not set. In production it must hold "):
        read_settings({key: value for key, value in WHOLE.items() if key != name})


@pytest.mark.parametrize(("length", "enough"), [(31, False), (32, True), (33, True)])
def test_a_production_secret_has_thirty_two_characters(length, enough):
    env = WHOLE | {"COOP_SECRET_KEY": "k" * length}
    if enough:
        assert read_settings(env).secret_key == "k" * length
    else:
        with pytest.raises(SystemExit, match="at least 32"):
            read_settings(env)


def test_production_is_reached_by_https_only():
    with pytest.raises(SystemExit, match="https://"):
        read_settings(WHOLE | {"COOP_BASE_URL": "http://coop.example"})


def test_production_has_no_demonstration_whatever_it_is_told():
    settings = read_settings(WHOLE | {"DEMO": "1"})
    assert (settings.production, settings.demo) == (True, False)


def test_by_https_the_cookie_is_for_this_host_and_secure():
    told = read_settings(WHOLE).for_flask()
    assert (told["SESSION_COOKIE_NAME"], told["SESSION_COOKIE_SECURE"]) == ("__Host-coop", True)


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path):
    first = read_settings({"INSTANCE": str(tmp_path)}).secret_key
    assert read_settings({"INSTANCE": str(tmp_path)}).secret_key == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secrets" / "secret-key").stat().st_mode) == 0o600


def test_the_ballot_key_of_production_is_given_or_follows_from_the_secret():
    given = read_settings(WHOLE | {"COOP_BALLOT_KEY": "b" * 32})
    assert given.ballot_key == "b" * 32
    derived = read_settings(WHOLE).ballot_key
    assert derived == read_settings(WHOLE).ballot_key
    assert derived != read_settings(WHOLE | {"COOP_SECRET_KEY": "l" * 32}).ballot_key
    assert WHOLE["COOP_SECRET_KEY"] not in derived
    assert len(derived) == 64


@pytest.mark.parametrize(("length", "enough"), [(31, False), (32, True), (33, True)])
def test_a_ballot_key_that_is_given_has_thirty_two_characters(length, enough):
    env = WHOLE | {"COOP_BALLOT_KEY": "b" * length}
    if enough:
        assert read_settings(env).ballot_key == "b" * length
    else:
        with pytest.raises(SystemExit, match="COOP_BALLOT_KEY is too short"):
            read_settings(env)


def test_elsewhere_the_ballot_key_is_kept_beside_the_database_and_not_in_it(tmp_path):
    first = read_settings({"INSTANCE": str(tmp_path)})
    assert read_settings({"INSTANCE": str(tmp_path)}).ballot_key == first.ballot_key != first.secret_key
    assert stat.S_IMODE((tmp_path / "secrets" / "ballot-key").stat().st_mode) == 0o600
    assert read_settings({"INSTANCE": str(tmp_path), "COOP_BALLOT_KEY": "given"}).ballot_key == "given"
