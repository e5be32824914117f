"""Vacant seats: the papers counted again, co-option until the next general meeting, and who can take them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import PROGRAM
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.organisations import OfficeTerm
from coop.models.records import AuditEvent, OutboxMail
from coop.services import ballots, meetings, members, offices, organisations, vacancies
from tests.ballot_house import after, cast

RULES = """
1. Officers are elected for [one year]{provision="office.term" value="12 months"}
   by [single transferable vote]{provision="election.method" value="scottish-stv"},
   in [ten days]{provision="election.voting_period" value="10 days"}, and for
   [one term]{provision="office.most_terms" office="auditor" value="1"} as auditor.

2. An office of the assembly that falls vacant is filled by [counting again]{provision="office.vacancy" value="countback"},
   that of librarian by [co-option]{provision="office.vacancy" office="librarian" value="co-option"} by the board.

3. Notice of a meeting is [three days]{provision="meeting.notice" value="3 days"}.
"""
PAPERS = [[1, 2, 3]] * 6 + [[2, 1, 3]] * 3 + [[3, 2, 1]]


class Elected:
    """Anna was elected secretary by ten voters before Ben and Cora, and resigned on the day she began."""

    def __init__(self, make, deed, now):
        self.make, self.deed = make, deed
        self.organisation = make.organisation(text=RULES)
        officer = make.officer(self.organisation, "returning_officer", "Rita")
        self.anna, self.ben, self.cora = (
            make.member(self.organisation, name) for name in ("Anna", "Ben", "Cora")
        )
        self.members = [officer, self.anna, self.ben, self.cora, *make.members(self.organisation, 6)]
        self.office = organisations.find_office(self.organisation, "secretary")
        stand = [ballots.Candidate(one) for one in (self.anna, self.ben, self.cora)]
        actor = make.actor(officer)
        ballot = deed(
            ballots.set_up_election, self.organisation, actor, now, office=self.office, candidates=stand, secrecy="private"
        )  # fmt: skip
        deed(ballots.open_ballot, ballot, self.organisation, actor, now)
        cast(deed, make, ballot, self.members, PAPERS, now)
        self.decision = deed(ballots.seal, ballot.id, after(ballot))
        self.term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.office_id == self.office.id)).one()
        self.whole = self.term.ends_on
        self.at = after(ballot) + timedelta(days=2)
        deed(organisations.end_term, self.term, self.day, actor=PROGRAM, now=self.at, why="resignation")
        self.at += timedelta(days=1)

    @property
    def day(self):
        return self.organisation.day_of(self.at)

    def actor(self, member):
        return self.make.actor(member, on=self.day)

    def count_back(self, by=None):
        return self.deed(
            vacancies.count_back, self.office, self.organisation, self.actor(by or self.cora), self.at
        )

    def answer(self, offer, by, accepted):
        self.deed(vacancies.answer, offer, self.organisation, self.actor(by), self.at, accepted=accepted)


@pytest.fixture
def elected(make, deed, now):
    return Elected(make, deed, now)


def test_a_countback_offers_the_seat_to_whom_the_papers_give_it_and_says_why(elected):
    offer = elected.count_back()
    assert (offer.membership, offer.articles, offer.ends_on) == (elected.ben, ["2"], elected.whole)
    assert offer.reasoning == (
        f"The papers of decision {elected.decision.label} counted again without Anna: the seat goes to Ben. "
        "By article 2 (version 1)."
    )
    assert offer.result["rounds"]
    told = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "seat-offered")).one()
    assert told.membership_id == elected.ben.id
    assert "offered a seat in" in set(db.session.scalars(select(AuditEvent.verb)))


def test_whoever_accepts_holds_the_rest_of_the_term_from_the_next_day_by_the_same_decision(elected):
    offer = elected.count_back()
    assert not organisations.holders_of(elected.office, elected.day + timedelta(days=1))
    elected.answer(offer, elected.ben, accepted=True)
    term = elected.office.terms[-1]
    assert (term.membership_id, term.decision_id) == (elected.ben.id, elected.decision.id)
    assert (term.starts_on, term.ends_on) == (elected.day + timedelta(days=1), elected.whole)


def test_whoever_declines_leaves_the_seat_to_the_next_and_then_to_a_by_election(elected):
    elected.answer(elected.count_back(), elected.ben, accepted=False)
    second = vacancies.find_offer(elected.office)
    assert second.membership == elected.cora
    elected.answer(second, elected.cora, accepted=False)
    assert "by-election" in vacancies.why_no_countback(elected.office, elected.organisation, elected.at)
    with pytest.raises(Refusal, match="by-election"):
        elected.count_back()


@pytest.mark.parametrize(("late", "again"), [
    pytest.param(timedelta(seconds=-1), False, id="a second before its time is over"),
    pytest.param(timedelta(0), True, id="when its time is over"),
])  # fmt: skip
def test_an_offer_that_nobody_answers_goes_to_the_next(elected, late, again):
    offer = elected.count_back()
    elected.at = offer.answer_until + late
    if again:
        assert elected.count_back().membership == elected.cora
        assert offer.accepted is False
        return
    with pytest.raises(Refusal, match="Ben has been asked"):
        elected.count_back()


def test_whoever_left_the_co_op_is_passed_over(elected, deed):
    deed(members.record_event, elected.ben, "died", PROGRAM, elected.at)
    elected.at += timedelta(days=1)
    assert elected.count_back(by=elected.cora).membership == elected.cora


def test_nobody_answers_for_another_nor_twice(elected):
    offer = elected.count_back()
    with pytest.raises(Forbidden):
        elected.answer(offer, elected.cora, accepted=True)
    elected.answer(offer, elected.ben, accepted=True)
    with pytest.raises(Refusal, match="was answered"):
        elected.answer(offer, elected.ben, accepted=False)


def test_a_seat_that_is_held_or_was_held_to_the_end_of_its_term_is_not_counted_back(elected):
    elected.answer(elected.count_back(), elected.ben, accepted=True)
    elected.at += timedelta(days=1)
    with pytest.raises(Refusal, match="is held"):
        elected.count_back()
    elected.at = elected.at.replace(year=elected.at.year + 1) + timedelta(days=10)
    with pytest.raises(Refusal, match="not left before their term was over"):
        elected.count_back()


def test_the_way_is_the_constitutions_and_no_other(elected):
    librarian = organisations.find_office(elected.organisation, "librarian")
    with pytest.raises(Refusal, match="co-option by the body"):
        elected.deed(
            vacancies.count_back, librarian, elected.organisation, elected.actor(elected.cora), elected.at
        )
    with pytest.raises(Refusal, match="countback"):
        elected.deed(
            vacancies.co_opt,
            elected.office,
            elected.ben,
            elected.organisation,
            elected.actor(elected.cora),
            elected.at,
        )


class CoOpting:
    """A board of three, and a librarian's office that its members fill until the next general meeting."""

    def __init__(self, make, deed, now):
        self.make, self.deed, self.at = make, deed, now
        self.organisation = make.organisation(text=RULES)
        self.board = make.members(self.organisation, 3)
        make.body(self.organisation, "board", members=self.board)
        make.officer(self.organisation, "returning_officer", "Rita")
        self.secretary = make.officer(self.organisation, "secretary")
        self.lena = make.member(self.organisation, "Lena")
        self.office = organisations.find_office(self.organisation, "librarian")

    def actor(self, member):
        return self.make.actor(member, on=self.organisation.day_of(self.at))

    def name(self, by):
        return self.deed(vacancies.co_opt, self.office, self.lena, self.organisation, self.actor(by), self.at)

    def seated(self, choices=("for", "for", "against")):
        offer = self.name(self.board[0])
        self.deed(vacancies.answer, offer, self.organisation, self.actor(self.lena), self.at, accepted=True)
        cast(self.deed, self.make, offer.ballot, self.board, choices, self.at)
        self.at = after(offer.ballot)
        return self.deed(ballots.seal, offer.ballot.id, self.at)


@pytest.fixture
def board(make, deed, now):
    return CoOpting(make, deed, now)


def test_the_remaining_members_of_the_board_co_opt_by_a_recorded_decision(board):
    decision = board.seated()
    assert (decision.outcome, decision.decision_class) == ("carried", "co-option")
    term = board.office.terms[-1]
    assert (term.membership_id, term.decision_id) == (board.lena.id, decision.id)
    assert organisations.holders_of(board.office, decision.decided_on + timedelta(days=1)) == [board.lena]


def test_a_lost_vote_co_opts_nobody(board):
    assert board.seated(("for", "against", "against")).outcome == "lost"
    assert board.office.terms == []


def test_only_the_body_co_opts_and_only_its_members_vote(board, deed):
    with pytest.raises(Refusal, match="Only members of this body"):
        board.name(board.secretary)
    offer = board.name(board.board[1])
    deed(vacancies.answer, offer, board.organisation, board.actor(board.lena), board.at, accepted=True)
    assert ballots.size_of(offer.ballot).members == 3
    with pytest.raises(Refusal):
        deed(ballots.cast_vote, offer.ballot, board.actor(board.secretary), "for", board.at)


def test_a_co_option_ends_when_the_next_general_meeting_has_been_held(board, deed):
    board.seated()
    at = board.at + timedelta(days=1)
    secretary = board.make.actor(board.secretary)
    wall = at.replace(hour=18, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=10)
    meeting = deed(
        meetings.plan_meeting,
        organisations.assembly_of(board.organisation),
        secretary,
        at,
        title="Spring",
        wall=wall,
        place="Here",
        items=[("Report", "")],
    )
    deed(meetings.call_meeting, meeting, secretary, at)
    begins = meeting.starts_at
    deed(meetings.open_meeting, meeting, secretary, begins + timedelta(hours=2), at=begins)
    day = board.organisation.day_of(begins)
    assert organisations.holders_of(board.office, day) == [board.lena]
    closing = {"at": begins + timedelta(hours=1)}
    deed(meetings.close_meeting, meeting, secretary, begins + timedelta(hours=2), **closing)
    assert organisations.holders_of(board.office, day) == []
    assert offices.vacancies_on(board.organisation, [board.office], day)[board.office.id].since == day
