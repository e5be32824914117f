"""The register: who may see whom, what happened when, and taking one over from a spreadsheet."""

from datetime import date, timedelta

import pytest

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Holder, Membership, MembershipEvent
from coop.models.records import OutboxMail
from coop.services import members
from coop.services.members import Filter
from tests.scale import scale

CSV = b"number,name,email,joined_on,kind\n"


@pytest.fixture
def house(make, context):
    return make.organisation()


@pytest.fixture
def secretary(make, house):
    return make.actor(make.officer(house, "secretary", "Ines Roy"))


def names(page):
    return [line.name for line in page.lines]


def test_the_secretary_sees_everyone_by_number(make, house, secretary):
    make.member(house, "Bo Lind")
    make.member(house, "Ada Lind")
    page = members.list_members(house, secretary, make.today, Filter())
    assert (names(page), page.total) == (["Ines Roy", "Bo Lind", "Ada Lind"], 3)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("lind", ["Bo Lind", "Ada Lind"]),
        ("ADA", ["Ada Lind"]),
        ("2", ["Bo Lind"]),
        ("%", []),
        ("_", []),
        ("", None),
    ],
)
def test_the_register_is_searched_by_name_and_number(make, house, secretary, search, found):
    make.member(house, "Bo Lind")
    make.member(house, "Ada Lind")
    page = members.list_members(house, secretary, make.today, Filter(search))
    assert names(page) == found if found is not None else page.total == 3


def test_the_register_is_filtered_by_state_on_the_day(make, house, secretary):
    gone, resting = make.member(house, "Gone"), make.member(house, "Resting")
    make.event(gone, "resigned", make.today - timedelta(days=3))
    make.event(resting, "suspended", make.today)

    def those(status, day=make.today):
        return names(members.list_members(house, secretary, day, Filter(status=status)))

    assert (those("active"), those("suspended"), those("ended")) == (["Ines Roy"], ["Resting"], ["Gone"])
    assert those("ended", make.today - timedelta(days=4)) == []
    [line] = members.list_members(house, secretary, make.today, Filter(status="ended")).lines
    assert line.left_on == make.today - timedelta(days=3)


def test_a_long_register_comes_in_pages(make, house, secretary, deed, now):
    rows = b"".join(b",Member %d,,2024-01-01,\n" % n for n in range(scale(120, 120)))
    deed(
        members.import_members,
        house,
        members.plan_import(house, CSV + rows, secretary, now).rows,
        secretary,
        now,
    )
    first = members.list_members(house, secretary, make.today, Filter())
    last = members.list_members(house, secretary, make.today, Filter(), page=99)
    assert (len(first.lines), first.pages, last.number, len(last.lines)) == (50, 3, 3, 21)


@pytest.mark.parametrize("office", [None, "treasurer", "librarian", "returning_officer"])
def test_a_member_who_keeps_no_register_sees_none(make, house, secretary, office):
    actor = make.actor(make.officer(house, office) if office else make.member(house))
    with pytest.raises(Forbidden):
        members.list_members(house, actor, make.today, Filter())


def test_a_branch_secretary_sees_the_members_of_the_branch_and_nobody_else(make, house, secretary):
    inside, outside = make.member(house, "Inside"), make.member(house, "Outside")
    branch = make.body(house, "branch", members=[inside])
    actor = make.actor(make.officer(house, "secretary", "Branch Secretary", body=branch))
    assert names(members.list_members(house, actor, make.today, Filter())) == ["Inside"]
    assert names(members.list_members(house, actor, make.today, Filter("outside"))) == []
    assert [body.id for body in members.bodies_seen(house, actor)] == [branch.id]
    assert outside.id not in [line.id for line in members.register_rows(house, actor, make.today, Filter())]


def test_a_branch_secretary_looks_into_no_other_branch_by_asking_for_it(make, house):
    theirs = make.body(house, "branch", slug="north", members=[make.member(house, "North")])
    mine = make.body(house, "branch", slug="south", members=[make.member(house, "South")])
    actor = make.actor(make.officer(house, "secretary", "South Secretary", body=mine))
    assert names(members.list_members(house, actor, make.today, Filter(body_id=theirs.id))) == []


def test_another_organisations_secretary_sees_nobody(make, house):
    other = make.organisation(slug="orchard", name="Orchard")
    with pytest.raises(Forbidden):
        members.list_members(house, make.actor(make.officer(other, "secretary")), make.today, Filter())


def test_whoever_resigns_is_a_member_no_more_from_that_day(make, house, deed, now):
    membership = make.member(house)
    deed(members.resign, membership, make.actor(membership), now)
    assert membership.status_on(make.today) == "ended"
    assert membership.status_on(make.today - timedelta(days=1)) == "active"
    with pytest.raises(Refusal, match="no longer a member"):
        deed(members.resign, membership, make.actor(membership, on=make.today - timedelta(days=1)), now)


def test_whoever_leaves_holds_no_office_and_sits_in_no_body(make, house, secretary, deed, now):
    from coop.services import organisations

    board = make.body(house, "board")
    membership = make.officer(house, "treasurer", "Tess Ford")
    deed(organisations.join_body, board, membership, make.today - timedelta(days=9), actor=secretary, now=now)
    tomorrow = make.today + timedelta(days=1)
    assert [who.name for _seat, who in organisations.seats_of(board, tomorrow)] == ["Tess Ford"]
    deed(members.resign, membership, make.actor(membership), now)
    assert organisations.seats_of(board, tomorrow) == []
    assert membership.id not in [
        one.holder.id for one in organisations.holders_on(house, tomorrow) if one.holder
    ]


def test_a_membership_held_jointly_names_all_who_hold_it(house, secretary, deed, now):
    from coop.services.members import HeldBy

    pair = [HeldBy("Ada Lind", "ada@x.example"), HeldBy("Bo Lind")]
    membership = deed(
        members.enrol, house, secretary, now, name="Ada and Bo Lind", holders=pair, kind="joint"
    )
    assert [holder.name for holder in membership.holders] == ["Ada Lind", "Bo Lind"]
    assert (membership.email, membership.notices) == ("ada@x.example", "mail")


def test_nobody_resigns_for_another(make, house, secretary, deed, now):
    with pytest.raises(Forbidden):
        deed(members.resign, make.member(house), secretary, now)


def test_an_event_is_not_written_before_one_that_stands_already(make, house, secretary, deed, now):
    membership = make.member(house, since=make.today - timedelta(days=10))
    make.event(membership, "suspended", make.today)
    with pytest.raises(Refusal, match="later day"):
        deed(members.record_event, membership, "lapsed", secretary, now, on=make.today - timedelta(days=1))


@pytest.mark.parametrize(
    ("before", "kind", "noted"),
    [
        pytest.param((), "died", True, id="a member dies"),
        pytest.param(("suspended",), "lapsed", True, id="a suspended membership lapses"),
        pytest.param((), "reinstated", False, id="whoever belongs does not come back"),
        pytest.param(("suspended",), "reinstated", False, id="a suspension ends by a decision"),
        pytest.param(("lapsed",), "reinstated", True, id="after a lapse one comes back"),
        pytest.param(("resigned",), "reinstated", True, id="after leaving one comes back"),
        pytest.param(("expelled",), "reinstated", False, id="after an expulsion it takes a decision"),
        pytest.param(("lapsed",), "died", False, id="whoever left is no member who dies"),
        pytest.param((), "expelled", False, id="to expel takes a decision"),
        pytest.param(("lapsed", "reinstated"), "lapsed", True, id="and lapses again"),
    ],
)
def test_an_officer_notes_what_nobody_decides(make, house, secretary, deed, now, before, kind, noted):
    membership = make.member(house)
    for at, event in enumerate(before):
        make.event(membership, event, make.today - timedelta(days=10 - at))
    if noted:
        deed(members.note_event, membership, kind, secretary, now, on=make.today, note="They wrote.")
        latest = db.session.query(MembershipEvent).order_by(MembershipEvent.id.desc()).first()
        assert (latest.kind, latest.on, latest.reason) == (kind, make.today, "They wrote.")
    else:
        with pytest.raises(Refusal, match="as things stand"):
            deed(members.note_event, membership, kind, secretary, now, on=make.today)


@pytest.mark.usefixtures("secretary")
def test_a_member_notes_nothing_of_another(make, house, deed, now):
    other = make.actor(make.member(house))
    with pytest.raises(Forbidden):
        deed(members.note_event, make.member(house), "died", other, now, on=make.today)


def test_a_dry_run_changes_nothing(make, house, secretary, now):
    reading = members.plan_import(house, CSV + b"7,Bo,bo@x.example,2024-01-01,\n", secretary, now)
    assert len(reading.rows) == 1
    assert db.session.query(Membership).count() == 1


def test_imported_members_keep_number_day_kind_and_holders(make, house, secretary, deed, now):
    data = CSV + (
        b"40,Bo Lind,bo@x.example,2020-02-29,person\n"
        b",Nobody Wired,,2021-03-01,\n"
        b"41,Ada Lind and Cy Lind,ada@x.example,2022-01-01,joint\n"
        b",Orchard Ltd,,2023-01-01,organisation\n"
    )
    reading = members.plan_import(house, data, secretary, now)
    assert deed(members.import_members, house, reading.rows, secretary, now) == 4

    by_number = {m.number: m for m in db.session.query(Membership).filter(Membership.number > 1)}
    assert {number: m.name for number, m in by_number.items()} == {
        40: "Bo Lind",
        41: "Ada Lind and Cy Lind",
        42: "Nobody Wired",
        43: "Orchard Ltd",
    }
    assert [(e.kind, e.on) for e in by_number[40].events] == [("admitted", date(2020, 2, 29))]
    assert [(h.name, h.person_id is not None) for h in by_number[41].holders] == [
        ("Ada Lind", True),
        ("Cy Lind", False),
    ]
    assert (by_number[43].kind, by_number[43].holders) == ("organisation", [])
    assert (by_number[42].notices, by_number[40].notices) == ("post", "mail")
    assert db.session.query(OutboxMail).count() == 0


def test_imported_members_are_welcomed_if_wished(house, secretary, deed, now):
    data = CSV + b",Bo,bo@x.example,2024-01-01,\n,Cy,,2024-01-01,\n"
    deed(
        members.import_members,
        house,
        members.plan_import(house, data, secretary, now).rows,
        secretary,
        now,
        welcome=True,
    )
    assert [row.template for row in db.session.query(OutboxMail)] == ["welcome"]


def test_an_imported_address_that_signs_in_elsewhere_is_the_same_person(make, house, secretary, deed, now):
    person = make.person("bo@x.example")
    rows = members.plan_import(house, CSV + b",Bo,bo@x.example,2024-01-01,\n", secretary, now).rows
    deed(members.import_members, house, rows, secretary, now)
    assert db.session.query(Holder).filter_by(person_id=person.id).one().name == "Bo"
    assert db.session.query(Person).filter_by(email="bo@x.example").count() == 1


def test_the_same_file_a_second_time_adds_nobody(house, secretary, deed, now):
    data = CSV + b"9,Bo,bo@x.example,2024-01-01,\n"
    rows = members.plan_import(house, data, secretary, now).rows
    deed(members.import_members, house, rows, secretary, now)
    again = members.plan_import(house, data, secretary, now)
    assert again.is_refused
    assert "never used again" in again.problems[0].sentence
    with pytest.raises(Refusal, match="has changed"):
        deed(members.import_members, house, rows, secretary, now)


def test_many_members_are_imported_in_chunks(house, secretary, deed, now):
    size = scale(2500, 250_000)
    data = CSV + b"".join(b"%d,Member %d,m%d@x.example,2024-01-01,\n" % (n, n, n) for n in range(2, size + 2))
    rows = members.plan_import(house, data, secretary, now).rows
    deed(members.import_members, house, rows, secretary, now)
    assert db.session.query(Membership).count() == size + 1
    assert db.session.query(MembershipEvent).count() == size + 1


def test_only_who_keeps_the_whole_register_imports(make, house, now):
    branch = make.body(house, "branch")
    for member in (
        make.member(house),
        make.officer(house, "secretary", body=branch),
        make.officer(house, "auditor"),
    ):
        with pytest.raises(Forbidden):
            members.plan_import(house, CSV, make.actor(member), now)
