"""Accounts: links that work once, failures that are counted, addresses that are not told."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import Actor
from coop.errors import Forbidden, Refusal, TooManyAttempts
from coop.extensions import db
from coop.models.accounts import Person, SignInAttempt, SignInToken
from coop.models.records import OutboxMail
from coop.services import accounts
from coop.transaction import writing

SECRET = "k" * 40


@pytest.fixture
def ana(make, context):
    return make.person("ana@home.example")


@pytest.mark.parametrize(("purpose", "lasts"), list(accounts.TOKEN_LASTS.items()))
@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_a_link_works_until_its_time_is_over(ana, deed, now, purpose, lasts, seconds, works):
    secret = deed(accounts.mint, ana.id, purpose, now)
    later = now + lasts + timedelta(seconds=seconds)
    assert (accounts.find_token(secret, later) is not None) is works
    if works:
        assert deed(accounts.use_token, secret, later).id == ana.id
    with pytest.raises(Refusal):
        deed(accounts.use_token, secret, later)


def test_a_link_that_was_never_sent_opens_nothing(ana, deed, now):
    with pytest.raises(Refusal):
        deed(accounts.use_token, "guess", now)


def test_two_readers_of_one_link_at_once_do_not_both_come_in(app, ana, deed, now):
    secret = deed(accounts.mint, ana.id, "sign-in", now)
    db.session.rollback()
    start, outcomes = threading.Barrier(2), []

    def read():
        with app.app_context():
            start.wait()
            try:
                with writing():
                    accounts.use_token(secret, now)
                outcomes.append("in")
            except Refusal:
                outcomes.append("out")
            finally:
                db.session.remove()

    run_both(read)
    assert sorted(outcomes) == ["in", "out"]


def run_both(work):
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_who_apply_at_once_with_one_address_are_one_person(app, context, now):
    start = threading.Barrier(2)

    def come():
        with app.app_context():
            start.wait()
            with writing():
                accounts.find_or_create("cleo@home.example", now)
            db.session.remove()

    run_both(come)
    assert len(db.session.scalars(select(Person).where(Person.email == "cleo@home.example")).all()) == 1


def test_following_a_link_proves_the_address(deed, context, now):
    person = deed(accounts.find_or_create, "Cleo@Home.example ", now)
    assert (person.email, person.confirmed_at) == ("cleo@home.example", None)
    deed(accounts.use_token, deed(accounts.mint, person.id, "confirm", now), now)
    assert person.confirmed_at == now


def test_a_new_password_ends_sessions_and_links(ana, deed, now):
    secret = deed(accounts.mint, ana.id, "reset", now)
    before = ana.get_id()
    deed(accounts.set_password, ana, "$argon2id$new", Actor(person_id=ana.id), now)
    assert ana.get_id() != before
    assert accounts.find_token(secret, now) is None


def test_nobody_sets_the_password_of_another(ana, make, deed, now):
    for actor in (Actor(), Actor(person_id=make.person().id)):
        with pytest.raises(Forbidden):
            deed(accounts.set_password, ana, "$argon2id$new", actor, now)


@pytest.mark.parametrize(("minutes", "open_again"), [(14, False), (15, True), (16, True)])
def test_an_account_opens_again_after_a_quarter_of_an_hour(context, deed, now, minutes, open_again):
    counts = accounts.tallies(SECRET, "ana@home.example", "10.0.0.1")
    for _ in range(accounts.FAILURES_PER_ACCOUNT):
        deed(accounts.count_failure, counts, now)
    later = now + timedelta(minutes=minutes)
    if open_again:
        accounts.refuse_after_too_many(counts, later)
    else:
        with pytest.raises(TooManyAttempts, match="in 1 minute,"):
            accounts.refuse_after_too_many(counts, later)


def test_the_table_of_failures_is_no_list_of_addresses(context, deed, now):
    deed(accounts.count_failure, accounts.tallies(SECRET, "ana@home.example", "10.0.0.1"), now)
    kept = [row.whom for row in db.session.query(SignInAttempt)]
    assert all(len(whom) == 64 for whom in kept)
    assert accounts.tallies("another secret", "ana@home.example", "10.0.0.1")[0].whom not in kept


def test_asking_for_a_link_counts_alike_for_known_and_unknown(ana, deed, now):
    for email in ("ana@home.example", "nobody@home.example"):
        deed(accounts.ask_for_link, email, "sign-in", SECRET, now)
    assert db.session.query(SignInAttempt).count() == 2
    assert [row.person_id for row in db.session.query(OutboxMail)] == [ana.id]
    assert db.session.query(SignInToken).count() == 0
