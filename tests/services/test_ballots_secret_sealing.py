"""The end of a secret ballot: counted by class, keys destroyed, no trace of the order, and nothing of a few."""

import json
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from coop import background
from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures
from coop.models.ballots import Decision, RollEntry, Sealing, SecretVote, SigningKey, TokenIssued
from coop.models.records import AuditEvent
from coop.rules.verification import read, verify
from coop.services import ballots, organisations, records
from coop.services.ballots import secret
from coop.services.ballots.secret import keys as opened_keys
from coop.services.ballots.secret import sealing
from coop.traces import READ
from coop.transaction import seal_ballot
from tests.ballot_house import RULES, after
from tests.bundles import as_file
from tests.secret_house import Booth, keys_for, second_booth

FIVE = ("for", "for", "for", "against", "abstain")


@pytest.fixture
def seal(deed):
    def run(booth):
        return deed(ballots.seal, booth.ballot.id, after(booth.ballot))

    return run


@pytest.fixture
def scrub(app):
    """Do what the background does each second."""
    return lambda: background.scrub_secret_ballots(app)


def bundle_of(deed, booth, officer):
    deed(records.chain_events, booth.organisation.id)
    return read(as_file(ballots.bundle(booth.ballot, booth.organisation, officer, after(booth.ballot))))


def on_sqlite():
    return db.engine.dialect.name == "sqlite"


# The count


def test_a_secret_motion_is_counted_and_its_bundle_verifies(booth_of, seal, deed):
    booth, members, officer = booth_of()
    booth.votes(members, FIVE)
    booth.token(members[7])  # and never casts
    decision = seal(booth)
    assert decision.outcome == "carried"
    assert (decision.result["for"], decision.result["against"], decision.result["abstained"]) == (3, 1, 1)

    bundle = bundle_of(deed, booth, officer)
    head = ballots.head_of_bundle(booth.ballot)
    assert [check.name for check in verify(bundle, head, blind_signatures) if not check.ok] == []
    assert (len(bundle["votes"]), len(bundle.issued)) == (5, 6)
    serials = [vote["serial"] for vote in bundle["votes"]]
    assert serials == sorted(serials)
    assert bundle["keys"] == booth.keys


def test_a_secret_election_is_counted_and_its_bundle_verifies(coop_of, deed, make, now, seal):
    organisation, members, officer = coop_of(12)
    ballot = deed(
        ballots.set_up_election,
        organisation,
        officer,
        now,
        office=organisations.find_office(organisation, "treasurer"),
        candidates=[ballots.Candidate(member) for member in members[1:4]],
        secrecy="secret",
    )
    deed(ballots.open_ballot, ballot, organisation, officer, now, keys=keys_for(ballot, organisation))
    booth = Booth(deed, make, ballot, organisation, now)
    booth.votes(members, [[2, 1], [2], [2, 3], [1, 2], [3, 2], [2]])
    decision = seal(booth)
    assert [one["number"] for one in decision.result["elected"]] == [2]
    assert all(check.ok for check in verify(bundle_of(deed, booth, officer), None, blind_signatures))


def test_the_last_vote_of_a_serial_is_the_one_counted(booth_of, seal):
    booth, members, _officer = booth_of()
    voters = booth.votes(members, FIVE)
    booth.post(voters[0].cast("against", 2))
    decision = seal(booth)
    assert (decision.result["for"], decision.result["against"]) == (2, 2)


BY_CLASS = '5. A founder has [three votes]{provision="member.votes" class="founder" value="3"}.'


def test_the_votes_of_a_class_weigh_what_its_roll_entries_say(coop_of, deed, make, now, seal):
    organisation, members, officer = coop_of(12, rules=f"{RULES}\n{BY_CLASS}\n")
    founders = [make.member(organisation, voting_class="founder") for _ in range(10)]
    ballot = deed(
        ballots.propose_motion, organisation, officer, now, title="A mill", text="We buy.", secrecy="secret"
    )
    keys = keys_for(ballot, organisation, ("founder", "member"))
    deed(ballots.open_ballot, ballot, organisation, officer, now, keys=keys)
    booth = Booth(deed, make, ballot, organisation, now)
    for member in members[:5]:
        booth.vote(member, "against")
    for founder in founders[:5]:
        booth.vote(founder, "for", "founder")
    decision = seal(booth)
    assert (decision.result["for"], decision.result["against"]) == (15, 5)
    bundle = bundle_of(deed, booth, officer)
    assert {vote["class"] for vote in bundle["votes"]} == {"founder", "member"}
    assert all(check.ok for check in verify(bundle, None, blind_signatures))


# So few that they could be told apart


@pytest.mark.parametrize(("votes", "counted"), [(1, False), (4, False), (5, True), (6, True)])
def test_below_five_votes_nothing_is_counted_and_no_vote_is_ever_shown(
    booth_of, seal, deed, make, now, votes, counted
):
    booth, members, officer = booth_of()
    booth.votes(members, ["for"] * votes)
    decision = seal(booth)
    later = after(booth.ballot)
    assert booth.ballot.stage_at(later) == ("sealed" if counted else "void")
    assert secret.vote_list(booth.ballot, officer).total == (votes if counted else 0)
    if counted:
        assert decision.result["for"] == votes
        return
    assert decision is None
    assert "Fewer than 5 members of one class voted" in booth.ballot.void_reason
    assert db.session.scalar(select(func.count(Decision.id))) == 0
    with pytest.raises(Refusal):
        ballots.bundle(booth.ballot, booth.organisation, officer, later)
    sealed = select(AuditEvent.verb).where(AuditEvent.verb.in_(["sealed", "voided"]))
    assert db.session.scalars(sealed).all() == ["voided"]
    seal(booth)  # due no more
    assert db.session.get(Sealing, booth.ballot.id) is not None


def test_one_class_of_a_few_makes_the_whole_ballot_void(coop_of, deed, make, now, seal):
    organisation, members, officer = coop_of(12)
    founders = [make.member(organisation, voting_class="founder") for _ in range(10)]
    ballot = deed(
        ballots.propose_motion, organisation, officer, now, title="A mill", text="We buy.", secrecy="secret"
    )
    keys = keys_for(ballot, organisation, ("founder", "member"))
    deed(ballots.open_ballot, ballot, organisation, officer, now, keys=keys)
    booth = Booth(deed, make, ballot, organisation, now)
    booth.votes(members, ["for"] * 8)
    for founder in founders[:4]:
        booth.vote(founder, "against", "founder")
    assert seal(booth) is None
    assert booth.ballot.void_at is not None


def test_where_nobody_voted_there_is_nothing_to_withhold(booth_of, seal):
    booth, members, _officer = booth_of()
    booth.token(members[1])
    assert seal(booth).outcome == "inquorate"


# Keys


def private_keys():
    return [key.private_sealed for key in db.session.scalars(select(SigningKey))]


def test_sealing_destroys_the_private_keys_and_forgets_them(booth_of, seal):
    booth, members, _officer = booth_of()
    voters = booth.votes(members, FIVE)
    sealed = private_keys()
    assert all(key in opened_keys._opened for key in sealed)
    seal(booth)
    assert set(private_keys()) == {None}
    assert not any(key in opened_keys._opened for key in sealed)
    assert secret.public_keys(booth.ballot) == (booth.keys, booth.receipt_key)
    with pytest.raises(Refusal, match="its keys are destroyed"):
        booth.post(voters[0].cast("against", 2))


def test_a_ballot_declared_void_has_no_private_keys_and_shows_no_votes(booth_of, deed, now):
    booth, members, officer = booth_of()
    booth.votes(members, FIVE)
    deed(ballots.void, booth.ballot, booth.organisation, officer, "A wrong roll.", now)
    assert set(private_keys()) == {None}
    assert secret.vote_list(booth.ballot, officer).lines == []
    assert db.session.get(Sealing, booth.ballot.id) is not None


def test_opened_keys_are_forgotten_by_every_process_once_voting_is_over(booth_of):
    booth, members, _officer = booth_of()
    booth.vote(members[0], "for")
    kept = private_keys()
    secret.forget_closed(booth.now)
    assert all(key in opened_keys._opened for key in kept)
    secret.forget_closed(booth.ballot.closes_at)
    assert not any(key in opened_keys._opened for key in kept)


# Order


def test_rows_are_written_again_in_order_and_all_of_other_ballots_stay(booth_of, deed, make, now, seal):
    booth, members, officer = booth_of()
    other = second_booth(deed, make, booth.organisation, officer, now)
    others = other.votes(members[::-1], ["for"] * 6)
    booth.votes(members[::-1], FIVE)
    every = sorted(db.session.execute(select(*SecretVote.__table__.columns)).all())
    tokens = sorted(db.session.execute(select(*TokenIssued.__table__.columns)).all())
    seal(booth)
    assert sorted(db.session.execute(select(*SecretVote.__table__.columns)).all()) == every
    assert sorted(db.session.execute(select(*TokenIssued.__table__.columns)).all()) == tokens
    if not on_sqlite():
        for table, key in (("secret_votes", "serial"), ("tokens_issued", "roll_entry_id")):
            lying = db.session.execute(sa.text(f"SELECT {key}, xmin::text FROM {table} ORDER BY ctid")).all()
            assert [row[0] for row in lying] == sorted(row[0] for row in lying)
            assert len({row[1] for row in lying}) == 1
    # The other ballot goes on: a vote is changed, and one more comes.
    other.post(others[0].cast("against", 2))
    other.vote(members[2], "for")
    assert seal(other).result["for"] == 6


def test_a_sealed_ballot_is_scrubbed_once(booth_of, seal, scrub):
    booth, members, _officer = booth_of()
    booth.votes(members, FIVE)
    seal(booth)
    assert secret.sealing_of(booth.ballot).scrubbed_at is None
    scrub()
    first = secret.sealing_of(booth.ballot).scrubbed_at
    assert first is not None
    scrub()
    assert secret.sealing_of(booth.ballot).scrubbed_at == first


def test_scrubbing_waits_for_a_reader_and_then_is_done(booth_of, seal, scrub):
    if not on_sqlite():
        pytest.skip("PostgreSQL leaves nothing behind: its rows went into new files")
    booth, members, _officer = booth_of()
    booth.votes(members, FIVE)
    reader = db.engine.raw_connection()
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM secret_votes").fetchone()
    seal(booth)
    scrub()
    waiting = secret.sealing_of(booth.ballot)
    assert (waiting.sorted_at is not None, waiting.scrubbed_at) == (True, None)
    reader.rollback()
    reader.close()
    db.session.rollback()
    scrub()
    db.session.expire_all()
    assert secret.sealing_of(booth.ballot).scrubbed_at is not None


def test_nothing_is_scrubbed_twice_while_a_reader_hinders_it(booth_of, seal, scrub, monkeypatch):
    if not on_sqlite():
        pytest.skip("SQLite alone has a log beside its file")
    written = []
    monkeypatch.setattr(background, "write_database_anew", lambda: written.append(1))
    monkeypatch.setattr(background, "empty_write_ahead_log", lambda: READ)
    booth, members, _officer = booth_of()
    booth.votes(members, FIVE)
    seal(booth)
    scrub()
    scrub()
    assert written == [1]


def test_every_connection_writes_over_what_it_deletes(context):
    if not on_sqlite():
        pytest.skip("SQLite's own")
    assert db.session.scalar(sa.text("PRAGMA secure_delete")) == 1


def test_sealing_waits_while_somebody_reads_the_votes_for_long(booth_of, app, monkeypatch):
    if on_sqlite():
        pytest.skip("On SQLite nothing is emptied")
    monkeypatch.setattr(sealing, "_WAIT", "100ms")
    booth, members, _officer = booth_of()
    booth.votes(members, FIVE)
    ballot_id, due = booth.ballot.id, after(booth.ballot)
    with db.engine.connect() as reader:
        reader.execute(sa.text("SELECT COUNT(*) FROM secret_votes"))
        assert seal_ballot(lambda: ballots.seal(ballot_id, due)) is None
    assert seal_ballot(lambda: ballots.seal(ballot_id, due)).outcome == "carried"


def test_two_secret_ballots_are_sealed_at_once(booth_of, deed, make, now, app):
    booth, members, officer = booth_of()
    other = second_booth(deed, make, booth.organisation, officer, now)
    for one in (booth, other):
        one.votes(members, FIVE)
    due, ids, found = after(booth.ballot), [booth.ballot.id, other.ballot.id], {}

    def run(ballot_id):
        with app.app_context():
            found[ballot_id] = seal_ballot(lambda: ballots.seal(ballot_id, due).outcome)
            db.session.remove()

    db.session.remove()
    threads = [threading.Thread(target=run, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert list(found.values()) == ["carried", "carried"]
    assert db.session.scalar(select(func.count(SecretVote.serial))) == 10


def test_no_event_of_a_secret_ballot_names_a_choice_or_a_serial(booth_of, seal, deed):
    booth, members, _officer = booth_of()
    voters = booth.votes(members, FIVE)
    seal(booth)
    said = json.dumps([[e.verb, e.facts, e.subject] for e in db.session.scalars(select(AuditEvent))])
    assert not any(voter.serial in said for voter in voters)
    given = db.session.scalars(
        select(AuditEvent.facts).where(AuditEvent.verb == "was given a voting token on")
    ).all()
    assert given == ["{}"] * 5
    assert db.session.scalar(select(func.count(RollEntry.id))) == 12
