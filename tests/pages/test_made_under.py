"""Every decision, charge, notice, grant and admission keeps the version and article it was made under, and shows it."""

import re

import pytest
from sqlalchemy import select

from coop.extensions import Base, db
from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.dues import Charge, DuesPlan
from coop.models.meetings import Meeting
from coop.models.members import Membership, MembershipEvent
from coop.models.organisations import Organisation
from coop.models.works import Grant, Work
from tests.loaded import load
from tests.pages.client import PageClient

DEEDS = {"decisions", "dues_plans", "meetings", "membership_events", "grants", "ballots", "applications"}
NAMED_IN = {"article", "articles", "notice_article", "rule", "declarations"}
BY_VERSION = {"grants"}  # one provision decides, so its article follows from the version


def tables_under_a_version():
    for table in Base.metadata.tables.values():
        if "version_id" in table.columns and table.columns["version_id"].foreign_keys:
            (key,) = table.columns["version_id"].foreign_keys
            if key.column.table.name == "constitution_versions":
                yield table


def test_what_is_made_under_a_version_keeps_it_with_its_articles():
    made = {table.name: set(table.columns.keys()) for table in tables_under_a_version()}
    of_the_constitution = {"articles", "provisions", "amendments", "mark_corrections"}
    assert made.keys() >= DEEDS
    for name, columns in made.items():
        if name not in of_the_constitution | BY_VERSION:
            assert columns & NAMED_IN, f"{name} keeps a version and no article"
    assert Charge.__table__.columns["plan_id"].foreign_keys  # a charge keeps the plan that was set under it


@pytest.fixture(scope="module")
def loaded(pristine, tmp_path_factory):
    return load(pristine, tmp_path_factory.mktemp("made-under") / "instance")


def rows_of(model, *joined):
    organisation = db.session.scalar(select(Organisation.id).where(Organisation.slug == "pioneers"))
    where = model if hasattr(model, "organisation_id") else joined[0]
    query = select(model)
    for one in joined:
        query = query.join(one)
    return db.session.scalars(query.where(where.organisation_id == organisation)).all()


def decisions():
    return [(f"decisions/{one.label}", one.articles, one.version_id) for one in rows_of(Decision)]


def notices():
    called = [one for one in rows_of(Meeting) if one.called_at]
    return [(f"meetings/{one.number}", [one.notice_article], one.version_id) for one in called]


def grants():
    found = [one for one in rows_of(Grant, Work) if one.exclusivity == "exclusive"]
    return [(f"library/{db.session.get(Work, one.work_id).number}", [], one.version_id) for one in found]


def admissions():
    found = [one for one in rows_of(MembershipEvent, Membership) if one.kind == "admitted" and one.version_id]
    return [
        (f"members/{db.session.get(Membership, one.membership_id).number}", [one.article], one.version_id)
        for one in found
    ][:5]


def dues_plans():
    return [("dues/plans", [one.article], one.version_id) for one in rows_of(DuesPlan)]


@pytest.mark.parametrize(
    ("deeds", "who"),
    [
        (decisions, "member"),
        (notices, "member"),
        (grants, "librarian"),
        (admissions, "secretary"),
        (dues_plans, "member"),
    ],
)
def test_the_page_of_a_deed_names_the_article_and_version(loaded, deeds, who):
    client = PageClient(loaded)
    client.sign_in(f"{who}@pioneers.example")
    with loaded.app_context():
        found = [
            (path, articles, db.session.get(ConstitutionVersion, version).number)
            for path, articles, version in deeds()
        ]
    assert found
    for path, articles, version in found:
        page = client.visit(f"/pioneers/{path}")
        for article in filter(None, articles):
            assert re.search(rf"rticles? [^.]*\b{article}\b", page.text), f"{path}: article {article}"
        assert re.search(rf"version {version}\b", page.text, re.IGNORECASE), f"{path}: version {version}"
