"""Resigning: at once, or with the notice that the constitution asks for."""

from datetime import timedelta

import pytest

from coop.errors import Refusal
from coop.extensions import db
from coop.models.organisations import OfficeTerm
from coop.services import admissions, members
from tests.make import RULES

NOTICE = '\n8. Whoever resigns stays [thirty days]{provision="membership.resignation_notice" value="30 days"} more.\n'


@pytest.fixture
def resigned(make, deed, now, context):
    """Have a member resign: (organisation, membership, the last day)."""

    def build(article=NOTICE):
        organisation = make.organisation(text=RULES + article)
        member = make.officer(organisation, "librarian")
        end = deed(admissions.resign, member, organisation, make.actor(member), now)
        return organisation, member, end

    return build


@pytest.mark.parametrize(("days", "status"), [(29, "active"), (30, "ended"), (31, "ended")])
def test_a_membership_ends_when_the_notice_is_over(resigned, make, days, status):
    _, member, _ = resigned()
    assert member.status_on(make.today + timedelta(days=days)) == status


def test_without_notice_it_ends_today(resigned, make):
    _, member, end = resigned("")
    assert (end.is_today, member.status_on(make.today)) == (True, "ended")


def test_the_resignation_names_its_article_and_version_and_the_office_ends_with_it(resigned, make):
    _, member, end = resigned()
    event = member.events[-1]
    assert (event.kind, event.on, event.article) == ("resigned", end.ends_on, "8")
    assert admissions.sources_of(member)[event.id] == "article 8, version 1"
    [term] = db.session.query(OfficeTerm).filter_by(membership_id=member.id)
    assert term.ends_on == end.ends_on


def test_nobody_resigns_twice(resigned, make, deed, now):
    organisation, member, _ = resigned()
    with pytest.raises(Refusal, match="You have resigned already"):
        deed(admissions.resign, member, organisation, make.actor(member), now)


def test_what_happens_before_a_resignation_takes_effect_can_be_written_down(resigned, make, deed, now):
    organisation, member, end = resigned()
    secretary = make.actor(make.officer(organisation, "secretary"))
    assert members.kinds_to_note(member, make.today) == ("died", "lapsed")
    deed(members.note_event, member, "died", secretary, now, on=make.today)
    assert member.status_on(make.today) == "ended"
    assert member.status_on(end.ends_on) == "ended"
