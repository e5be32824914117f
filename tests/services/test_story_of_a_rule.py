"""One rule from the founding on: adopted with a model, amended by a vote, in force on its day, and read on any day."""

from datetime import timedelta

import pytest

from coop.access import OPERATOR, Actor
from coop.errors import Refusal
from coop.extensions import db
from coop.gateways.model_texts import model_text
from coop.services import accounts, ballots, constitution, meetings, members, organisations

SHORTER = (
    "Members are called to a meeting with at least "
    '[ten clear days]{provision="meeting.notice" value="10 days"} of notice.'
)


class Founders:
    def __init__(self, make, deed, now):
        self.make, self.deed, self.now = make, deed, now
        self.here = deed(organisations.found_organisation, "toad-lane", "Toad Lane", actor=OPERATOR, now=now)
        day = self.here.day_of(now)
        text = model_text("workers", name="Toad Lane", zone="Europe/London", currency="GBP")
        self.first = deed(
            constitution.adopt_version,
            self.here,
            text,
            passed_on=day,
            registered_on=None,
            in_force_on=day,
            decision_id=None,
            now=now,
            actor=OPERATOR,
        )
        assembly = organisations.assembly_of(self.here)
        for kind in ("chair", "secretary", "returning_officer"):
            deed(organisations.add_office, assembly, kind, kind, actor=OPERATOR, now=now)

    def join(self, name, *, by, now):
        """Apply with the declarations of the day, and be admitted under the article that says by whom."""
        version = constitution.in_force(self.here, self.here.day_of(now))
        declared = constitution.rule(version, "membership.declarations")
        email = f"{name.lower()}@toad-lane.example"
        person = self.deed(accounts.find_or_create, email, now)
        applicant = Actor(person_id=person.id, organisation_id=self.here.id, label=f"person {person.id}")
        application = self.deed(
            members.apply,
            self.here,
            applicant,
            now,
            name=name,
            email=email,
            declarations=[
                {"text": item, "article": declared.article, "version": version.number}
                for item in declared.value
            ],
            version_id=version.id,
        )
        article = constitution.rule(version, "membership.admission").article
        return self.deed(members.admit, application, by, now, article=article, version_id=version.id)

    def actor(self, membership, now):
        return self.make.actor(membership, on=self.here.day_of(now))


def test_a_rule_is_adopted_amended_in_force_on_its_day_and_read_on_any_day(make, deed, now):
    coop = Founders(make, deed, now)
    here = coop.here
    everybody = [coop.join("Ada", by=OPERATOR, now=now)]
    everybody += [
        coop.join(name, by=coop.actor(everybody[0], now), now=now) for name in ("Ben", "Cleo", "Dan")
    ]
    for one in everybody:
        (admitted,) = [event for event in one.events if event.kind == "admitted"]
        assert (admitted.article, admitted.version_id) == ("7", coop.first.id)

    now += timedelta(days=constitution.rule(coop.first, "roll.cutoff").value.n)  # nobody votes before
    ada, ben = (coop.actor(one, now) for one in everybody[:2])
    notice = constitution.rule(coop.first, "meeting.notice")
    assert notice.article
    amendment = deed(constitution.draft_amendment, here, ben, now, title="Shorter notice")
    deed(constitution.write_article, amendment, here, ben, now, number=notice.article, body=SHORTER)
    before, after = notice.value.n, 10
    assert constitution.preview(amendment, here).effects == (f"Notice: {before} → {after} clear days",)
    deed(constitution.hand_in, amendment, here, ben, now)
    ballot = deed(ballots.put_amendment, amendment, here, ada, now)
    deed(ballots.open_ballot, ballot, here, ada, now)
    for one in everybody:
        deed(ballots.cast_vote, ballot, coop.actor(one, now), "for", now)
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
    db.session.expire_all()
    assert (decision.outcome, amendment.stage) == ("carried", "passed")

    begins = amendment.version.in_force_on
    days = {
        begins - timedelta(days=1): (1, before),
        begins: (2, after),
        begins + timedelta(days=1): (2, after),
    }
    for day, (number, clear_days) in days.items():
        version = constitution.in_force(here, day)
        assert (version.number, constitution.rule(version, "meeting.notice").value.n) == (number, clear_days)
    assert (
        constitution.rule(constitution.in_force(here, here.day_of(now)), "meeting.notice").value.n == before
    )

    # What the software does on those days, and under which version it says it did.
    assembly = organisations.assembly_of(here)
    for day, (number, clear_days) in days.items():
        at = now + (day - here.day_of(now))
        ada = coop.actor(everybody[0], at)
        wall = at.replace(tzinfo=None) + timedelta(days=clear_days)
        planning = (meetings.plan_meeting, assembly, ada, at)
        fields = {"title": "Winter", "place": "31 Toad Lane", "items": [("The mill", "")]}
        with pytest.raises(
            Refusal, match=f"Article {notice.article} .version {number}. asks for {clear_days} clear days"
        ):
            deed(*planning, wall=wall, **fields)
        meeting = deed(*planning, wall=wall + timedelta(days=1), **fields)
        deed(meetings.call_meeting, meeting, ada, at)
        assert (meeting.notice_article, meeting.version_id) == (
            notice.article,
            constitution.in_force(here, day).id,
        )
    set_by = constitution.history_of(constitution.find_version(here, 2))[("meeting.notice", "")]
    assert [(one.text, one.decision_id) for one in set_by] == [
        (f"{before} days", None),
        ("10 days", decision.id),
    ]
