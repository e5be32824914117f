from datetime import date, timedelta

import pytest
from sqlalchemy import select

from coop.errors import Forbidden
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.constitution import ConstitutionVersion
from coop.models.dues import Charge, DuesBand, DuesPlan
from coop.models.meetings import Answer, Meeting, Minutes, Notice
from coop.models.members import Application
from coop.models.organisations import Body, Organisation
from coop.models.works import Grant
from coop.rules.rights import equal_shares
from coop.services import ballots, reports, works
from coop.services.reports import half_sentence
from tests.scale import scale

RULES = """
1. A member votes [fourteen days]{provision="roll.cutoff" value="14 days"} after admission.
"""


@pytest.fixture
def coop(make, context):
    return make.organisation(text=RULES, contact="hello@pioneers.example")


@pytest.fixture
def amina(make, coop):
    return make.member(coop, "Amina Holt")


@pytest.fixture
def officer(make, coop):
    return make.actor(make.officer(coop, "returning_officer"))


@pytest.fixture
def home(make, coop, now):
    def of(membership, on=now):
        return reports.home_of(coop, make.actor(membership, on=coop.day_of(on)), on)

    return of


@pytest.fixture
def motion(deed, coop, officer, now):
    def opened(title="Buy a mill"):
        ballot = deed(ballots.propose_motion, coop, officer, now, title=title, text="We buy it.")
        deed(ballots.open_ballot, ballot, coop, officer, now)
        return ballot

    return opened


@pytest.fixture
def meeting(deed, coop, now):
    def called(title="General meeting", body=None, days=20, **more):
        def add():
            body_id = body.id if body else db.session.scalar(select(Body.id).where(Body.kind == "assembly"))
            starts_at = now + timedelta(days=days)
            row = Meeting(
                organisation_id=coop.id,
                number=1 + db.session.query(Meeting).count(),
                body_id=body_id,
                title=title,
                starts_at=starts_at,
                wall_time=f"{starts_at:%Y-%m-%d %H:%M}",
                zone="Europe/London",
                place="The Weavers’ Hall",
                called_at=now,
                version_id=db.session.scalar(select(ConstitutionVersion.id)),
            )
            for name, value in more.items():
                setattr(row, name, value)
            db.session.add(row)
            db.session.flush()
            return row

        return deed(add)

    return called


@pytest.fixture
def charge(deed, coop, make, now):
    def owe(membership, amount=1200, due_on=None, month=11):
        def add():
            plan = db.session.scalar(select(DuesPlan))
            band = db.session.scalar(select(DuesBand))
            db.session.add(
                Charge(
                    organisation_id=coop.id,
                    membership_id=membership.id,
                    plan_id=plan.id,
                    band_id=band.id,
                    period_starts_on=date(2026, month, 1),
                    period_ends_on=date(2026, month, 28),
                    amount_minor=amount,
                    currency="EUR",
                    due_on=due_on or now.date(),
                    reference=f"RF{membership.id}{month}{amount}",
                    explanation=[{"what": "plan", "says": "Twelve euros a month."}],
                    decision_id=plan.decision_id,
                    charged_at=now,
                )
            )

        if not db.session.scalar(select(DuesPlan.id)):
            decision = make.decision(coop, decision_class="ordinary", title="Dues")
            deed(add_plan, coop, decision, now)
        deed(add)

    return owe


def add_plan(coop, decision, now):
    plan = DuesPlan(
        organisation_id=coop.id,
        body_id=decision.body_id,
        name="Dues",
        interval="month",
        currency="EUR",
        starts_on=date(2026, 1, 1),
        decision_id=decision.id,
        version_id=decision.version_id,
        recorded_at=now,
    )
    plan.bands = [DuesBand(position=1, name="full", amount_minor=1200)]
    db.session.add(plan)


# Home


def test_nothing_awaits_a_member_when_there_is_nothing(home, amina):
    found = home(amina)
    assert found.tasks == 0
    assert (found.to_vote, found.to_pay, found.to_attend, found.votes_from, found.newcomer) == ([],) * 3 + (
        None,
    ) * 2


def test_an_open_ballot_awaits_a_vote_until_it_is_cast(home, amina, motion, make, deed, now):
    ballot = motion()
    [task] = home(amina).to_vote
    assert (task.number, task.title, task.kind, task.soon) == (ballot.number, "Buy a mill", "motion", False)
    deed(ballots.cast_vote, ballot, make.actor(amina), "for", now)
    found = home(amina)
    assert (found.tasks, [one.title for one in found.voted]) == (0, ["Buy a mill"])


@pytest.mark.parametrize(("before", "waits"), [(timedelta(seconds=1), 1), (timedelta(), 0)])
def test_a_ballot_awaits_nobody_once_its_time_is_over(home, amina, motion, before, waits):
    ballot = motion()
    assert len(home(amina, ballot.closes_at - before).to_vote) == waits


@pytest.mark.parametrize(("days", "first"), [(13, date(2026, 11, 22)), (14, None), (15, None)])
def test_someone_too_new_to_vote_reads_from_when_and_under_which_article(home, make, coop, days, first, now):
    new = make.member(coop, "Newt", since=now.date() - timedelta(days=days))
    votes_from = home(new).votes_from
    assert (votes_from.day, votes_from.article) == (first, "1") if first else votes_from is None


def test_a_ballot_that_is_not_for_a_newcomer_is_shown_with_its_reason_or_none(home, make, coop, motion, now):
    new = make.member(coop, "Newt", since=now.date())
    motion()
    found = home(new)
    assert (found.to_vote, [one.title for one in found.excluded]) == ([], ["Buy a mill"])


def test_charges_await_payment_and_many_are_told_together(home, amina, charge, now):
    charge(amina, 1200, now.date() - timedelta(days=1))
    [due] = home(amina).to_pay
    assert (due.open_minor, due.overdue, due.count) == (1200, True, 1)
    for month in (8, 9, 10):
        charge(amina, 1000, now.date() + timedelta(days=month), month)
    [due] = home(amina).to_pay
    assert (due.open_minor, due.count, due.due_on) == (4200, 4, now.date() - timedelta(days=1))


def test_one_members_charges_do_not_await_another(home, amina, charge, make, coop):
    charge(make.member(coop, "Bo"))
    assert home(amina).to_pay == []


def test_a_called_meeting_awaits_an_answer(home, amina, meeting, deed, now):
    row = meeting()
    assert [(one.title, one.answer) for one in home(amina).to_attend] == [("General meeting", None)]
    deed(db.session.add, Answer(meeting_id=row.id, membership_id=amina.id, answer="coming", at=now))
    found = home(amina)
    assert (found.tasks, found.to_attend[0].answer) == (0, "coming")


@pytest.mark.parametrize(
    "facts",
    [{"called_at": None}, {"cancelled_reason": "Snow"}, {"days": -1}],
    ids=["planned", "cancelled", "over"],
)
def test_a_meeting_that_is_not_to_come_awaits_nobody(home, amina, meeting, facts):
    meeting(**facts)
    assert home(amina).to_attend == []


def test_a_boards_meeting_awaits_only_those_who_were_told(home, amina, meeting, make, coop, deed, now):
    row = meeting("Board", body=make.body(coop, "board"))
    assert home(amina).to_attend == []
    told = Notice(meeting_id=row.id, membership_id=amina.id, way="mail", given_at=now, deemed_on=now.date())
    deed(db.session.add, told)
    assert [one.title for one in home(amina).to_attend] == ["Board"]


def test_a_newcomer_gets_three_cards_for_thirty_days(home, make, coop, deed, now):
    make.officer(coop, "secretary", "Sam Reed")
    fresh = make.member(coop, "Newt", since=now.date() - timedelta(days=29))
    card = home(fresh).newcomer
    assert (card.helper, card.amount_minor) == ("Sam Reed", None)
    deed(add_plan, coop, make.decision(coop, decision_class="ordinary"), now)
    card = home(fresh).newcomer
    assert (card.amount_minor, card.interval, card.band, card.decision) == (1200, "month", "full", "2026/1")
    assert home(make.member(coop, "Old", since=now.date() - timedelta(days=30))).newcomer is None


def test_a_newcomers_dues_explain_themselves(home, make, coop, charge, now):
    fresh = make.member(coop, "Newt", since=now.date())
    charge(fresh, 600)
    card = home(fresh).newcomer
    assert (card.amount_minor, card.why) == (600, "Twelve euros a month.")


@pytest.mark.parametrize(
    ("reasoning", "half"),
    [
        (
            "Carried: 43 for, 19 against, 6 abstained. Needs at least 2/3 of 62.",
            "43 for, 19 against, 6 abstained",
        ),
        ("Lost: a tie is lost.", "a tie is lost"),
        ("Carried: 4 for, 1 against, 0 abstained. Needs more.", "4 for, 1 against"),
        ("Nobody stood.", "Nobody stood"),
        ("", ""),
    ],
)
def test_a_decision_is_told_in_half_a_sentence(reasoning, half):
    assert half_sentence(reasoning) == half


def test_what_was_decided_lately_is_told_with_its_reason(home, amina, make, coop):
    make.decision(coop, title="Old")
    for title in ("One", "Two", "Three"):
        make.decision(coop, title=title)
    decided = home(amina).decided
    assert [one.title for one in decided] == ["Three", "Two", "One"]
    assert decided[0].half_sentence == "3 for, 0 against"


def test_the_first_page_takes_as_many_queries_for_28_members_as_for_2000(
    make, coop, amina, motion, meeting, charge, deed, now, count_queries
):
    counts = []
    for size in (28, scale(500, 2000)):
        make.crowd(coop, size)
        motion(f"Motion of {size}")
        meeting()
        charge(amina, month=len(counts) + 1)
        actor, organisation = make.actor(amina), db.session.get(Organisation, coop.id)
        actor.membership.id, organisation.slug  # noqa: B018 - loaded before counting, as the doors do
        with count_queries() as queries:
            found = reports.home_of(organisation, actor, now)
        counts.append(queries.count)
    assert len(found.to_vote) == 2
    assert counts[0] == counts[1] <= 6


# The desk


def test_a_desk_is_for_officers(coop, make, amina, now, officer):
    with pytest.raises(Forbidden):
        reports.desk_of(coop, make.actor(amina), now)


def piles(coop, actor, now):
    return {
        pile.id: [(one.verb, one.what) for one in pile.waiting] for pile in reports.desk_of(coop, actor, now)
    }


def test_each_officer_finds_only_what_their_office_does(coop, make, now, officer):
    found = {
        office: list(piles(coop, make.actor(make.officer(coop, office)), now))
        for office in ("secretary", "treasurer", "librarian", "auditor", "chair")
    }
    assert found == {
        "secretary": ["applications", "minutes"],
        "treasurer": ["lines"],
        "librarian": ["grants"],
        "auditor": [],
        "chair": ["minutes"],
    }
    assert list(piles(coop, officer, now)) == ["ballots"]


def test_applications_and_unfinished_minutes_wait_for_the_secretary(coop, make, deed, now, meeting, officer):
    secretary = make.actor(make.officer(coop, "secretary"))
    version_id = db.session.scalar(select(ConstitutionVersion.id))

    def add():
        for n in range(7):
            person = Person(email=f"a{n}@pioneers.example", created_at=now)
            db.session.add(person)
            db.session.flush()
            db.session.add(
                Application(
                    organisation_id=coop.id,
                    person_id=person.id,
                    name=f"Applicant {n}",
                    email=person.email,
                    declarations=[],
                    version_id=version_id,
                    applied_at=now,
                )
            )

    deed(add)
    done = meeting("Done", days=-9, opened_at=now, closed_at=now)
    deed(db.session.add, Minutes(meeting_id=done.id, circulated_at=now))
    meeting("Open", days=-3, opened_at=now, closed_at=now)
    found = piles(coop, secretary, now)
    assert found["applications"][0] == ("Decide", "Application of Applicant 0")
    assert found["applications"][-1] == ("See", "2 more applications")
    assert found["minutes"] == [("Finish", "Minutes of “Open”")]


def test_a_branch_secretary_finds_the_branchs_minutes_only(coop, make, meeting, now, officer):
    branch = make.body(coop, "branch")
    secretary = make.actor(make.officer(coop, "secretary", body=branch))
    meeting("Branch", body=branch, days=-3, opened_at=now, closed_at=now)
    meeting("All", days=-3, opened_at=now, closed_at=now)
    assert piles(coop, secretary, now) == {"minutes": [("Finish", "Minutes of “Branch”")]}


def test_ballots_wait_to_be_opened_counted_and_certified(coop, make, deed, motion, officer, now):
    deed(ballots.propose_motion, coop, officer, now, title="Draft", text="x")
    ballot = motion()
    assert piles(coop, officer, now)["ballots"] == [("Announce", "Draft")]
    later = ballot.closes_at + ballots.GRACE
    assert ("Count", "Buy a mill") in piles(coop, officer, later)["ballots"]
    deed(ballots.seal, ballot.id, later)
    assert ("Certify", "Buy a mill") in piles(coop, officer, later)["ballots"]


@pytest.mark.parametrize(("days", "waits"), [(-1, 0), (0, 1), (90, 1), (91, 0)])
def test_a_grant_that_ends_within_ninety_days_waits_for_the_librarian(
    coop, make, amina, deed, now, days, waits
):
    librarian = make.actor(make.officer(coop, "librarian"))
    authors = [works.Author(share, member_number=1) for share in equal_shares(1)]
    work = deed(
        works.register_work, coop, make.actor(amina), now, title="Song", kind="music", authors=authors
    )
    today = now.date()
    facts = {
        "work_id": work.id,
        "number": 1,
        "grantor": "A",
        "grantee": "B",
        "rights": ["perform"],
        "territory": [],
    }
    dates = {
        "starts_on": today - timedelta(days=9),
        "ends_on": today + timedelta(days=days),
        "recorded_at": now,
    }
    deed(db.session.add, Grant(**facts, **dates, exclusivity="sole", recorded_by="member 2"))
    assert len(piles(coop, librarian, now)["grants"]) == waits


# The front page


def test_the_front_page_knows_where_one_belongs(make, coop, deed, now):
    person = make.person("amina@pioneers.example")
    make.member(coop, "Amina", person=person)
    other = make.organisation("orchard", "Orchard")
    make.event(make.member(other, "Amina", person=person), "resigned", now.date())
    found = [(organisation.slug, status) for organisation, status in reports.organisations_of(person, now)]
    assert found == [("orchard", "ended"), ("pioneers", "active")]
    assert [one.slug for one in reports.demonstration()] == ["pioneers", "orchard"]
    assert not reports.is_empty()
