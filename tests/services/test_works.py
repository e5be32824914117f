import threading
from datetime import date, timedelta
from fractions import Fraction

import pytest

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.records import AuditEvent
from coop.models.works import Grant
from coop.rules.licences import Kind
from coop.rules.rights import equal_shares
from coop.services import works
from coop.services.works import Author, NewFile, Terms
from coop.transaction import writing

ALONE = [Author(Fraction(1), name="Zoë Lang")]
SONG = NewFile("a" * 64, 4, "song.ogg", "audio/ogg")


@pytest.fixture
def coop(make, context):
    return make.organisation()


@pytest.fixture
def amina(make, coop):
    return make.actor(make.member(coop, "Amina Holt"))


@pytest.fixture
def librarian(make, coop):
    return make.actor(make.officer(coop, "librarian"))


@pytest.fixture
def register(coop, amina, deed, now):
    def run(title="Weavers’ song", kind="music", authors=ALONE, actor=None, **more):
        return deed(
            works.register_work, coop, actor or amina, now, title=title, kind=kind, authors=authors, **more
        )

    return run


@pytest.fixture
def held(register):
    """A work whose rights the co-op holds."""
    return register(title="The mill, a film", kind="film", holder="organisation", source="contract of 2025")


@pytest.fixture
def grant(coop, librarian, deed, now):
    def run(work, grantee="Orchard Press", decision=None, settled="", **more):
        terms = {"rights": ["reproduce", "distribute"], "starts_on": now.date()} | more
        terms = Terms(grantee, **terms)
        return deed(works.record_grant, work, coop, librarian, now, terms, decision=decision, settled=settled)

    return run


def test_a_registered_work_keeps_its_facts_apart(register, now):
    work = register(file=SONG, licence="cc-by-sa-4.0", description="Sung at the loom")
    assert work.number == 1
    assert [one.author for one in work.contributions] == ["Zoë Lang"]
    assert [(one.holder, one.source) for one in work.holdings] == [("Zoë Lang", "as author")]
    assert [offer.expression for offer in work.offers] == ["CC-BY-SA-4.0"]
    assert [(v.number, v.sha256, v.size) for v in work.versions] == [(1, "a" * 64, 4)]


def test_works_are_numbered_one_after_the_other_in_each_organisation(register, make, deed, now):
    assert [register(title=f"Song {n}").number for n in (1, 2, 3)] == [1, 2, 3]
    orchard = make.organisation("orchard", "Orchard")
    ana = make.actor(make.member(orchard, "Ana"))
    assert deed(works.register_work, orchard, ana, now, title="Pears", kind="text", authors=ALONE).number == 1


def test_authors_who_are_members_are_known_by_number(register, amina):
    work = register(authors=[Author(Fraction(2, 3), member_number=1), Author(Fraction(1, 3), name="Bo")])
    assert [(one.author, one.membership_id) for one in work.contributions] == [
        ("Amina Holt", amina.membership_id),
        ("Bo", None),
    ]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "200"),
        ({"kind": "cake"}, "kind"),
        ({"authors": []}, "at least one author"),
        ({"authors": [Author(Fraction(1, 2), name="Bo")]}, "missing"),
        ({"authors": [Author(Fraction(1), name=" ")]}, "Name every author"),
        ({"authors": [Author(Fraction(1), member_number=99)]}, "no member 99"),
        ({"authors": [Author(one, name="Bo") for one in equal_shares(2)]}, "twice"),
        (
            {"authors": [Author(one, name=f"A{one}{n}") for n, one in enumerate(equal_shares(51))]},
            "50 authors",
        ),
        ({"holder": "other", "source": "x"}, "Name who holds"),
        ({"holder": "organisation"}, "how the rights came"),
        ({"holder": "nobody"}, "who holds"),
        ({"held_since": date(2027, 1, 1)}, "yet to come"),
        ({"licence": "MIT AND"}, "not a licence expression"),
        ({"licence": "CC-BY-9.0"}, "LicenseRef-CC-BY-9.0"),
    ],
)
def test_a_work_that_does_not_add_up_is_refused(register, facts, says):
    with pytest.raises(Refusal, match=says):
        register(**facts)


def test_the_same_file_or_a_second_click_makes_no_second_work(register):
    register(file=SONG)
    with pytest.raises(Refusal, match="version 1 of work 1"):
        register(title="Another", file=SONG)
    with pytest.raises(Refusal, match="as work 1"):
        register()


def test_only_members_register_and_only_its_people_change_a_work(coop, register, make, deed, now, librarian):
    applicant = make.actor(make.member(coop, "Gone", since=now.date() + timedelta(days=1)))
    with pytest.raises(Forbidden):
        register(actor=applicant)
    work, bo = register(), make.actor(make.member(coop, "Bo"))
    with pytest.raises(Forbidden):
        deed(works.add_version, work, coop, bo, now, SONG)
    assert deed(works.add_version, work, coop, librarian, now, SONG).number == 1


def test_versions_are_added_and_never_replaced(coop, register, amina, deed, now):
    work = register(file=SONG)
    with pytest.raises(Refusal, match="very file"):
        deed(works.add_version, work, coop, amina, now, SONG)
    deed(works.add_version, work, coop, amina, now, NewFile("b" * 64, 5, "song2.ogg"))
    assert [version.number for version in work.versions] == [1, 2]


# Licences


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mit", "MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("MIT and (apache-2.0 or isc)", "MIT AND (Apache-2.0 OR ISC)"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("LicenseRef-House", "LicenseRef-House"),
        pytest.param("LicenseRef-MIT-Discord", "LicenseRef-MIT-Discord", id="own terms are no alias of MIT"),
    ],
)
def test_an_expression_has_one_spelling(context, typed, kept):
    assert works.written(works.read_expression(typed)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "MIT AND",
        "AND",
        "(MIT",
        "(" * 140 + "MIT",
        "MIT MIT",
        "MIT WITH MIT",
        "Nonsense-1.0",
        "\0",
        "<b>",
        "=1+1",
        "MIT WITH Nonsense",
        "Classpath-exception-2.0",
        "MIT OR " * 60 + "MIT",
    ],
)
def test_what_is_no_expression_is_refused_with_a_sentence(context, typed):
    with pytest.raises(Refusal, match=r"\.$"):
        works.read_expression(typed)


def test_what_one_may_do_is_said_for_each_licence_offered(coop, register, amina, deed, now):
    work = register()
    assert [way.kind for way in works.what_one_may(work)] == [Kind.RESERVED]
    deed(works.offer_licence, work, coop, amina, now, "CC-BY-NC-4.0")
    deed(works.offer_licence, work, coop, amina, now, "MIT OR CC-BY-4.0")
    assert [way.id for way in works.what_one_may(work)] == ["CC-BY-NC-4.0", "MIT", "CC-BY-4.0"]
    assert works.licence_of(work) == "CC-BY-NC-4.0 OR MIT OR CC-BY-4.0"
    with pytest.raises(Refusal, match="already"):
        deed(works.offer_licence, work, coop, amina, now, "cc-by-nc-4.0")


# Grants


def test_a_grant_is_numbered_and_recorded_with_its_version(held, grant):
    one = grant(held, ends_on=date(2027, 11, 20), royalty="5 %", territory="gb, IE")
    assert (one.number, one.grantor, one.territory) == (1, "Toad Lane Pioneers", ["GB", "IE"])
    assert one.version_id
    event = db.session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    assert (event.verb, event.subject) == ("recorded a grant of", "work 1")
    assert "Orchard" not in event.facts


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"grantee": " "}, "Name who"),
        ({"rights": []}, "at least one thing"),
        ({"rights": ["sublicense"]}, "at least one thing"),
        ({"rights": ["fly"]}, "fly"),
        ({"exclusivity": "very"}, "very"),
        ({"territory": "Atlantis"}, "country code"),
        ({"ends_on": date(2026, 11, 20)}, "before it begins"),
        ({"starts_on": date(2026, 11, 20)}, "Nobody is recorded"),
        ({"field": "x" * 121}, "120"),
        ({"grantee_number": 99}, "no member 99"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(held, grant, terms, says):
    with pytest.raises(Refusal, match=says):
        grant(held, **terms)


def test_an_exclusive_grant_needs_the_decision_the_constitution_asks_for(coop, held, grant, make):
    with pytest.raises(Refusal, match="carried special resolution"):
        grant(held, exclusivity="exclusive")
    with pytest.raises(Refusal, match="of the ordinary kind"):
        grant(held, exclusivity="exclusive", decision=make.decision(coop, decision_class="ordinary"))
    with pytest.raises(Refusal, match="was not carried"):
        grant(
            held,
            exclusivity="exclusive",
            decision=make.decision(coop, decision_class="special", outcome="lost"),
        )
    decision = make.decision(coop, decision_class="special")
    assert grant(held, exclusivity="exclusive", decision=decision).decision_id == decision.id


def test_a_weightier_decision_will_do(coop, held, grant, make):
    assert grant(held, exclusivity="exclusive", decision=make.decision(coop, decision_class="constitutional"))


def test_another_organisations_decision_approves_nothing(held, grant, make):
    other = make.decision(make.organisation("orchard", "Orchard"), decision_class="special")
    with pytest.raises(Refusal, match="no such decision"):
        grant(held, exclusivity="exclusive", decision=other)


def test_an_exclusive_grant_collides_with_an_earlier_one_and_names_it(coop, held, grant, make):
    grant(held, ends_on=date(2027, 5, 1))
    decision = make.decision(coop, decision_class="special")
    with pytest.raises(Refusal) as refusal:
        grant(held, "The Loom", exclusivity="exclusive", decision=decision)
    assert "Grant 1 to Orchard Press" in str(refusal.value)
    assert "from 21 November 2026 until 1 May 2027" in str(refusal.value)
    later = grant(held, "The Loom", exclusivity="exclusive", decision=decision, starts_on=date(2027, 5, 2))
    assert later.number == 2


def test_an_exclusive_grant_collides_with_a_public_licence_and_names_it(
    coop, held, grant, amina, deed, now, make
):
    deed(works.offer_licence, held, coop, amina, now, "CC-BY-4.0")
    with pytest.raises(Refusal, match=r"CC-BY-4\.0 since 21 November 2026 and for good"):
        grant(held, exclusivity="exclusive", decision=make.decision(coop, decision_class="special"))
    assert grant(held).number == 1


def test_a_public_licence_collides_with_an_exclusive_grant(coop, held, grant, amina, deed, now, make):
    grant(held, exclusivity="exclusive", decision=make.decision(coop, decision_class="special"))
    with pytest.raises(Refusal, match="Grant 1 to Orchard Press is exclusive"):
        deed(works.offer_licence, held, coop, amina, now, "CC0-1.0")
    assert held.offers == []


def test_what_only_a_person_can_tell_is_asked_until_somebody_settles_it(coop, held, grant, make):
    decision = make.decision(coop, decision_class="special")
    grant(held, field="theatre")
    with pytest.raises(Refusal, match="needs a person"):
        grant(held, "Radio Mill", exclusivity="exclusive", decision=decision, field="radio")
    grant(
        held, "Radio Mill", exclusivity="exclusive", decision=decision, field="radio", settled="Both, 3 May"
    )


def test_rights_of_the_authors_are_granted_only_with_their_word(register, grant):
    work = register(authors=[Author(one, name=name) for one, name in zip(equal_shares(2), "AB", strict=True)])
    with pytest.raises(Refusal, match="together with others"):
        grant(work)
    assert grant(work, settled="A and B signed on 3 May").grantor == "A, B"


def test_only_the_librarian_records_a_grant(coop, held, amina, deed, now):
    terms = Terms("Orchard Press", ["perform"], now.date())
    with pytest.raises(Forbidden):
        deed(works.record_grant, held, coop, amina, now, terms)


def test_of_two_exclusive_grants_at_once_one_is_refused(app, coop, held, librarian, make, now):
    decision_id, work_id, coop_id = make.decision(coop, decision_class="special").id, held.id, coop.id
    db.session.rollback()
    outcomes, ready = [], threading.Barrier(2)

    def run(grantee):
        from coop.models.ballots import Decision
        from coop.models.organisations import Organisation
        from coop.models.works import Work

        with app.test_request_context():
            ready.wait(timeout=10)
            terms = Terms(grantee, ["perform"], now.date(), exclusivity="exclusive")
            try:
                with writing():
                    works.record_grant(
                        db.session.get(Work, work_id),
                        db.session.get(Organisation, coop_id),
                        librarian,
                        now,
                        terms,
                        decision=db.session.get(Decision, decision_id),
                    )
                outcomes.append("granted")
            except Refusal:
                outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["granted", "refused"]
    assert db.session.query(Grant).count() == 1
