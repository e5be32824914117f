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
