"""Voting in secret: a token for each on the roll, and a vote from whoever holds one, without a name."""

import hashlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import func, select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.gateways import blind_signatures as signatures
from coop.models.ballots import SecretVote, TokenIssued, Vote
from coop.models.records import AuditEvent, OutboxMail
from coop.rules.secret_messages import receipt_message
from coop.services import ballots, organisations
from coop.services.ballots import secret
from tests.ballot_house import RULES
from tests.secret_house import Booth, keys_for, second_booth

ISSUED = select(AuditEvent.actor).where(AuditEvent.verb == "was given a voting token on")


def rows(model):
    return db.session.scalar(select(func.count()).select_from(model))


# Tokens


def test_a_member_is_given_one_token_and_the_trail_says_so(booth_of, make):
    booth, members, _officer = booth_of()
    voter = booth.voter()
    answer = booth.ask(members[3], voter.blinded)
    assert answer["class"] == "member"
    voter.take(signatures.from_b64u(answer["signature"]))
    assert db.session.scalars(ISSUED).all() == [f"member {members[3].number}"]
    (row,) = db.session.scalars(select(TokenIssued))
    assert row.blinded_sha256 == hashlib.sha256(voter.blinded).hexdigest()


def test_the_same_blinded_value_gets_the_same_answer_and_another_none(booth_of):
    booth, members, _officer = booth_of()
    voter = booth.voter()
    first, again = (booth.ask(members[3], voter.blinded) for _ in range(2))
    assert first == again
    with pytest.raises(Refusal, match="on another device or in another browser"):
        booth.token(members[3])
    assert rows(TokenIssued) == len(db.session.scalars(ISSUED).all()) == 1


def test_two_members_are_given_two_tokens(booth_of):
    booth, members, _officer = booth_of()
    assert booth.token(members[1]).serial != booth.token(members[2]).serial
    assert rows(TokenIssued) == 2


def test_who_is_not_on_the_roll_gets_no_token(booth_of, make, now):
    booth, _members, _officer = booth_of()
    late = make.member(booth.organisation)
    with pytest.raises(Refusal, match="not a member yet"):
        booth.token(late)
    elsewhere = make.organisation("orchard", "Orchard")
    with pytest.raises(Forbidden):
        booth.token(make.member(elsewhere))
    assert rows(TokenIssued) == 0


def test_who_is_too_new_is_told_why(coop_of, make, deed, now, booth_of):
    booth, _members, officer = booth_of()
    new = make.member(booth.organisation, since=now.date() - timedelta(days=5))
    second = second_booth(deed, make, booth.organisation, officer, now)
    with pytest.raises(Refusal, match=r"You can't vote .* can vote in ballots that open from"):
        second.token(new)


def test_what_cannot_be_signed_is_refused_before_anything_is_written(booth_of, make, now):
    booth, members, _officer = booth_of()
    wrong = (b"", b"\x01" * 383, b"\x01" * 385, b"\x00" * 384, b"\xff" * 384)
    for blinded in (*map(signatures.b64u, wrong), None, 7, "ä", ["x"], "=="):
        with pytest.raises(Refusal, match="can't be signed"):
            secret.ask(booth.ballot, make.actor(members[1]), blinded, now)
    booth.vote(members[1], "for")


def test_tokens_are_given_only_while_voting_is_open(booth_of, coop_of, deed, make, now):
    booth, members, officer = booth_of()
    closes = booth.ballot.closes_at
    voter = booth.voter()
    booth.ask(members[1], voter.blinded, closes - timedelta(microseconds=1))
    for late in (closes, closes + ballots.GRACE):
        with pytest.raises(Refusal, match="closed on"):
            booth.ask(members[2], booth.voter().blinded, late)
    deed(ballots.void, booth.ballot, booth.organisation, officer, "A wrong roll.", now)
    with pytest.raises(Refusal, match="void"):
        booth.token(members[3])


def test_a_ballot_of_another_kind_gives_no_token_and_takes_no_secret_vote(booth_of, open_motion, make, now):
    booth, members, officer = booth_of(rules=RULES)
    voter = booth.vote(members[1], "for")
    other = open_motion(booth.organisation, officer, secrecy="private")
    with pytest.raises(Refusal, match="not a secret ballot"):
        secret.ask(other, make.actor(members[1]), signatures.b64u(voter.blinded), now)
    with pytest.raises(Refusal, match="not a secret ballot"):
        secret.checked(other, booth.organisation, voter.cast("for"))


def test_a_vote_with_a_name_is_refused_in_a_secret_ballot(booth_of, deed, make, now):
    booth, members, _officer = booth_of()
    with pytest.raises(Refusal, match="would carry your name"):
        deed(ballots.cast_vote, booth.ballot, make.actor(members[1]), "for", now)
    assert rows(Vote) == 0


def test_who_was_given_a_token_counts_as_having_voted(booth_of, make, now):
    booth, members, _officer = booth_of()
    actor = make.actor(members[1])
    assert ballots.awaiting(actor, now) == [booth.ballot]
    assert not ballots.place_of(booth.ballot, actor).has_voted
    booth.token(members[1])
    assert ballots.awaiting(actor, now) == []
    place = ballots.place_of(booth.ballot, actor)
    assert (place.has_voted, place.issued, place.choice, place.voting_class) == (True, True, None, "member")
    assert ballots.turnout(booth.ballot) == (1, 12)
    assert secret.votes_cast(booth.ballot) == 0


# Votes


def test_a_vote_is_kept_without_a_name_and_answered_with_a_receipt(booth_of, make):
    booth, members, _officer = booth_of()
    voter = booth.token(members[4])
    events, mails = rows(AuditEvent), rows(OutboxMail)
    receipt = booth.post(voter.cast("against"))

    (vote,) = db.session.scalars(select(SecretVote))
    assert (vote.serial, vote.voting_class, vote.n, vote.vote) == (voter.serial, "member", 1, '"against"')
    assert SecretVote.__table__.columns.keys() == [
        "serial", "ballot_id", "voting_class", "prefix", "token", "n", "vote", "signature",
    ]  # fmt: skip
    assert (rows(AuditEvent), rows(OutboxMail)) == (events, mails)  # no trace but the vote

    digest = hashlib.sha256(b'"against"').hexdigest()
    assert receipt["ballot"] == f"pioneers/{booth.ballot.number}"
    assert (receipt["serial"], receipt["n"], receipt["vote_sha256"]) == (voter.serial, 1, digest)
    message = receipt_message(receipt["ballot"], voter.serial, 1, digest)
    assert signatures.receipt_is_signed(booth.receipt_key, message, receipt["signature"])


def test_the_highest_n_counts(booth_of):
    booth, members, _officer = booth_of()
    voter = booth.token(members[4])
    first, second = voter.cast("for", 1), voter.cast("against", 7)
    booth.post(first)
    booth.post(second)
    for late in (first, voter.cast("abstain", 6)):
        with pytest.raises(Refusal, match="A later vote with this token is counted already"):
            booth.post(late)
    (vote,) = db.session.scalars(select(SecretVote))
    assert (vote.n, vote.vote) == (7, '"against"')


def test_the_same_vote_again_is_a_retry_and_another_with_the_same_n_is_refused(booth_of):
    booth, members, _officer = booth_of()
    voter = booth.token(members[4])
    given = voter.cast("for", 3)
    first = booth.post(given)
    again = booth.post(given)
    assert {**first, "signature": ""} == {**again, "signature": ""}
    with pytest.raises(Refusal, match="A later vote"):
        booth.post(voter.cast("against", 3))
    assert [vote.vote for vote in db.session.scalars(select(SecretVote))] == ['"for"']


def change(**values):
    return lambda given, _other: given | values


def of_another(name):
    return lambda given, other: given | {name: other[name]}


FORGED = [
    (of_another("token"), "token is not one"),
    (of_another("prefix"), "token is not one"),
    (of_another("serial"), "token is not one"),
    (of_another("sig"), "signature doesn't fit"),
    (change(vote='"against"'), "signature doesn't fit"),
    (change(n=2), "signature doesn't fit"),
    (change(n=0), "not a vote as a browser sends it"),
    (change(n=True), "not a vote as a browser sends it"),
    (change(n=1.0), "not a vote as a browser sends it"),
    (change(n=10**7), "not a vote as a browser sends it"),
    (change(vote="x" * 5000), "not a vote as a browser sends it"),
    (change(token="A" * 511), "not a vote as a browser sends it"),
    (change(token="A" * 684), "not a vote as a browser sends it"),
    (change(prefix="A" * 42), "not a vote as a browser sends it"),
    (change(serial="B" * 88), "not a vote as a browser sends it"),
    (change(sig="A" * 87), "not a vote as a browser sends it"),
    (change(vote="\ud800"), "not a vote as a browser sends it"),
    (change(serial=None), "not a vote as a browser sends it"),
    (change(member=12), "not a vote as a browser sends it"),
    (lambda given, _other: {k: v for k, v in given.items() if k != "sig"}, "not a vote as a browser"),
    (lambda given, _other: [given], "not a vote as a browser sends it"),
    (lambda _given, _other: None, "not a vote as a browser sends it"),
]


def test_a_vote_that_is_not_whole_is_refused(booth_of):
    booth, members, _officer = booth_of()
    given, other = (booth.token(member).cast("for") for member in members[:2])
    for forge, says in FORGED:
        with pytest.raises(Refusal, match=says):
            booth.post(forge(given, other))
    assert rows(SecretVote) == 0


def test_a_choice_that_the_paper_does_not_offer_is_refused(booth_of):
    booth, members, _officer = booth_of()
    voter = booth.token(members[1])
    for choice in ("perhaps", None, True, 1, ["for"], {}, [1], ""):
        with pytest.raises(Refusal):
            booth.post(voter.cast(choice))
    assert rows(SecretVote) == 0


def test_a_choice_has_one_spelling(booth_of):
    booth, members, _officer = booth_of()
    voter = booth.token(members[1])
    from coop.gateways.voter import raw_ecdsa
    from coop.rules.secret_messages import vote_message

    given, spaced = voter.cast("for"), ' "for"'
    message = vote_message(voter.ballot_id, 1, spaced)
    given |= {"vote": spaced, "sig": signatures.b64u(raw_ecdsa(voter._key, message))}
    with pytest.raises(Refusal, match="not a vote that the paper allows"):
        booth.post(given)


def test_a_token_is_good_for_its_own_ballot_only(booth_of, deed, make, now):
    booth, members, officer = booth_of()
    second = second_booth(deed, make, booth.organisation, officer, now)  # of the same keys even
    voter = booth.token(members[1])
    with pytest.raises(Refusal, match="not one of this ballot"):
        second.post(voter.cast("for"))


def test_votes_are_taken_only_while_voting_is_open(booth_of, deed):
    booth, members, _officer = booth_of()
    in_time, late = booth.token(members[1]), booth.token(members[2])
    closes = booth.ballot.closes_at
    booth.post(in_time.cast("for"), closes - timedelta(microseconds=1))
    with pytest.raises(Refusal, match="closed on"):
        booth.post(late.cast("for"), closes)


def test_a_vote_sent_again_after_closing_gets_its_receipt_and_changes_nothing(booth_of, deed):
    booth, members, _officer = booth_of()
    voter, closes = booth.token(members[1]), booth.ballot.closes_at
    given = voter.cast("for")
    first, again = booth.post(given), booth.post(given, closes)
    for one in (first, again):
        message = receipt_message(one["ballot"], one["serial"], one["n"], one["vote_sha256"])
        assert one.items() >= {"serial": voter.serial, "n": 1}.items()
        assert signatures.receipt_is_signed(booth.receipt_key, message, one["signature"])
    for other in (voter.cast("against"), voter.cast("for", 2)):  # another vote of n, and a later one
        with pytest.raises(Refusal, match="closed on"):
            booth.post(other, closes)
    assert db.session.execute(select(SecretVote.n, SecretVote.vote)).all() == [(1, '"for"')]


def test_a_vote_sent_again_to_a_void_ballot_is_not_said_to_count(booth_of, deed, now):
    booth, members, officer = booth_of()
    given = booth.token(members[1]).cast("for")
    booth.post(given)
    deed(ballots.void, booth.ballot, booth.organisation, officer, "A wrong roll.", now)
    paper = secret.checked(booth.ballot, booth.organisation, given)
    assert not secret.is_counted(booth.ballot, paper)
    with pytest.raises(Refusal, match="is void"):
        deed(secret.cast, booth.ballot, paper, now)


# Anyone may post anything, so what can't be a vote must cost next to nothing


@pytest.mark.parametrize("wrong", [forgery for forgery, said in FORGED if said.startswith("not a vote")])
def test_what_is_no_vote_is_refused_before_any_key_is_used(booth_of, monkeypatch, count_queries, wrong):
    booth, members, _officer = booth_of()
    given, other = (booth.token(member).cast("for") for member in members[1:3])
    db.session.refresh(booth.ballot)
    for name in ("token_is_good", "vote_is_signed"):
        monkeypatch.setattr(signatures, name, lambda *_: pytest.fail("arithmetic for what is no vote"))
    with count_queries() as asked, pytest.raises(Refusal):
        secret.checked(booth.ballot, booth.organisation, wrong(given, other))
    assert asked.count == 0


def test_a_token_of_another_length_than_its_key_is_refused_before_any_arithmetic(booth_of, monkeypatch):
    booth, members, _officer = booth_of()
    given = booth.token(members[1]).cast("for")

    class Key:
        def public_numbers(self):
            return rsa.RSAPublicNumbers(65537, 1 << 3071)

        def verify(self, *_):
            pytest.fail("arithmetic for what is no token")

    monkeypatch.setattr(signatures, "_rsa_public", lambda *_: Key())
    for length in (385, 512):
        with pytest.raises(Refusal, match="token is not one"):
            booth.post(given | {"token": signatures.b64u(bytes(length))})


# Elections

PEOPLE = '1. Papers are counted by [a method]{{provision="election.method" value="{}"}}.'


@pytest.mark.parametrize(
    ("method", "good", "bad"),
    [
        ("scottish-stv", [[2, 1], [3], [1, 2, 3]], [[], [1, 1], [4], [0], ["1"], [True], [None, 1], "for"]),
        ("approval", [[1], [1, 3]], [[], [3, 1], [1, 1], [9]]),
        ("score", [[5, None, 0], [0, 0, 1]], [[], [6, 0, 0], [1, 2], [None, None, None], [True, 0, 0]]),
        ("plurality", [[2]], [[1, 2], []]),
    ],
)
def test_the_paper_of_an_election_is_checked_as_in_any_ballot(coop_of, deed, make, now, method, good, bad):
    organisation, members, officer = coop_of(10, rules=PEOPLE.format(method))
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
    voter = booth.token(members[1])
    for n, choice in enumerate(good, 1):
        booth.post(voter.cast(choice, n))
    for choice in bad:
        with pytest.raises(Refusal):
            booth.post(voter.cast(choice, 99))
    assert [(vote.n) for vote in db.session.scalars(select(SecretVote))] == [len(good)]
