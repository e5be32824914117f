"""An office handed over and signed by both; and members who lead a meeting themselves, since no officer is left."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from coop.access import PROGRAM
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm
from coop.services import ballots, meetings, organisations
from coop.transaction import seal_ballot, writing
from tests.browser.elections import VOTER, actor, pioneers

pytestmark = pytest.mark.browser

LEAVING = "librarian@pioneers.example"


@pytest.fixture(params=[True, False], ids=["phone", "without scripts"])
def phone(request):
    return {"width": 375, "scripts": request.param}


def succeed(app) -> None:
    """The voter becomes librarian today by a decision, after the one there was."""
    with app.app_context(), writing():
        here, now = pioneers(), datetime.now(UTC)
        office = organisations.find_office(here, "librarian")
        yesterday = here.day_of(now) - timedelta(days=1)
        organisations.end_term(office.terms[-1], yesterday, actor=PROGRAM, now=now, why="resignation")
        voter = db.session.scalars(select(Membership).where(Membership.organisation_id == here.id, Membership.email == VOTER)).one()  # fmt: skip
        decision = db.session.scalar(select(func.max(Decision.id)).where(Decision.organisation_id == here.id))
        organisations.begin_term(
            office, voter, here.day_of(now), None, decision_id=decision, actor=PROGRAM, now=now
        )


def test_both_sign_what_is_handed_over(walking, serve_app, phone):
    with walking("leaving", **phone) as leaving, walking("taking", **phone) as taking:
        succeed(serve_app)
        leaving.sign_in(LEAVING)
        leaving.go("/pioneers/")
        leaving.follow("Hand-over: Librarian")
        leaving.page.get_by_label("Received, or there is none: Keys").check()
        leaving.page.get_by_label("Note: Keys").fill("Two, on the blue ring.")
        leaving.press("Save the list")
        leaving.sees("Saved.")
        leaving.press("Put it on the list")
        leaving.sees("There is something to put right")
        leaving.fill("Something else to hand over", "The ladder")
        leaving.press("Put it on the list")
        leaving.press("Sign that I have handed it over")
        leaving.sees("You have signed. It is open until the other has.")

        taking.sign_in(VOTER)
        taking.go("/pioneers/desk")
        taking.follow("Librarian")
        assert taking.page.get_by_label("Note: Keys").input_value() == "Two, on the blue ring."
        taking.sees("The ladder", "The audit trail up to here:")
        taking.press("Sign that I have received it")
        taking.sees("signed off", "Two, on the blue ring.")
        taking.go("/pioneers/offices")
        taking.follow("Hand-over of the office of Librarian")


def leave_nobody(app) -> tuple[int, list[int]]:
    """All officers go; a meeting that was called has just begun, and enough but one are there: its number, and who."""
    with app.app_context(), writing():
        here, now = pioneers(), datetime.now(UTC)
        body = organisations.assembly_of(here)
        called = now - timedelta(days=60)
        wall = (now - timedelta(minutes=2)).astimezone(ZoneInfo(here.zone)).replace(tzinfo=None, second=0)
        meeting = meetings.plan_meeting(
            body,
            PROGRAM,
            called,
            title="Elect officers",
            wall=wall,
            place="The mill",
            items=[("Officers", "")],
        )
        meetings.call_meeting(meeting, PROGRAM, called)
        held = select(OfficeTerm).join(Office).where(Office.organisation_id == here.id, OfficeTerm.held_on(here.day_of(now)))  # fmt: skip
        for term in db.session.scalars(held):
            organisations.end_at_once(term, actor=PROGRAM, now=now, why="gone")
        needed = meetings.unled(meeting, now).needed
        voter = db.session.scalar(select(Membership.number).where(Membership.organisation_id == here.id, Membership.email == VOTER))  # fmt: skip
        there = [one.number for one in meetings.invited(body, here.day_of(now)) if one.number != voter]
        for number in there[: max(needed - 1, 2)]:
            meetings.come(meeting, actor(here, number), now)
        return meeting.number, there[: max(needed - 1, 2)]


def test_members_lead_a_meeting_and_elect_an_officer_when_all_are_gone(walking, serve_app, phone):
    with walking("present", **phone) as member:
        number, others = leave_nobody(serve_app)
        member.sign_in(VOTER)
        member.go(f"/pioneers/meetings/{number}")
        member.sees("No officer leads this meeting")
        member.press("I am here")
        mine = member.page.locator("#chair-of-meeting option").filter(has_text="Amina").first
        member.page.locator("#chair-of-meeting").select_option(mine.get_attribute("value"))
        member.press("Put it to those who are here")
        member.sees("Those who are here vote on it now", "Chair of the meeting:")
        with serve_app.app_context():
            vote = db.session.scalar(select(func.max(Ballot.number)))
            with writing():
                for one in others:
                    ballots.cast_vote(
                        ballots.find(pioneers(), vote), actor(pioneers(), one), "for", datetime.now(UTC)
                    )
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
            with serve_app.app_context():
                ballot_id = ballots.find(pioneers(), vote).id
                seal_ballot(lambda: ballots.seal(ballot_id, datetime.now(UTC)))
            member.go(f"/pioneers/meetings/{number}")
            member.sees("chairs this meeting until it ends.")
            member.follow("Open and close the meeting")
            member.press("Open the meeting")
            member.go(f"/pioneers/meetings/{number}")
            member.follow("Put an election of officers")
            member.press("Put the election to the members")
            member.sees("There is something to put right")
            member.pick("Office", "Secretary (General assembly)")
            member.fill("Who stands", str(others[0]))
            member.press("Put the election to the members")
            member.sees("The election is open.")
