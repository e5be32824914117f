"""Taking a register over from a spreadsheet: a dry run in sentences, then everything in one transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import insert, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Holder, Membership, MembershipEvent
from coop.models.organisations import Organisation
from coop.models.records import OutboxMail
from coop.rules.register_import import Reading, RegisterRow, read_register
from coop.services import records

CHUNK = 1000  # rows a statement; both engines limit how many values one may carry
Row = TypeVar("Row")


def plan_import(organisation: Organisation, data: bytes, actor: Actor, now: datetime) -> Reading:
    """Say who would be added and what is wrong with which line; changes nothing."""
    authorize(actor, Permission.IMPORT_MEMBERS, organisation)
    return read_register(
        data, today=organisation.day_of(now), numbers=_numbers(organisation), emails=_emails(organisation)
    )


def import_members(
    organisation: Organisation,
    rows: Sequence[RegisterRow],
    actor: Actor,
    now: datetime,
    *,
    welcome: bool = False,
) -> int:
    """Add these members, each from the day they joined; refuses if the register has moved on."""
    authorize(actor, Permission.IMPORT_MEMBERS, organisation)
    db.session.scalars(
        select(Organisation.id).where(Organisation.id == organisation.id).with_for_update()
    ).one()
    taken, known = _numbers(organisation), _emails(organisation)
    if any(row.number in taken or row.email in known for row in rows):
        raise Refusal(_("The register has changed since you chose the file. Choose it again."))

    numbered = _give_numbers(rows, taken)
    people = _people({row.email for row in rows if row.email}, now)
    memberships = _insert_memberships(organisation, numbered)
    _insert(Holder, _holders(organisation, numbered, memberships, people))
    _insert(
        MembershipEvent,
        (
            {
                "membership_id": memberships[number],
                "kind": "admitted",
                "on": row.joined_on,
                "by": actor.label,
                "recorded_at": now,
                "reason": "",
                "article": "",
            }
            for number, row in numbered
        ),
    )
    if welcome:
        _insert(
            OutboxMail,
            (
                {
                    "organisation_id": organisation.id,
                    "key": f"welcome:{memberships[number]}",
                    "template": "welcome",
                    "membership_id": memberships[number],
                    "ids": {"path": "/"},
                    "queued_at": now,
                    "attempts": 0,
                }
                for number, row in numbered
                if row.email
            ),
        )
    records.record(
        organisation,
        actor,
        "imported members",
        "register",
        now,
        facts={"members": len(numbered), "numbers": [numbered[0][0], numbered[-1][0]] if numbered else []},
    )
    return len(numbered)


def _numbers(organisation: Organisation) -> set[int]:
    return set(
        db.session.scalars(select(Membership.number).where(Membership.organisation_id == organisation.id))
    )


def _emails(organisation: Organisation) -> set[str]:
    of_holders = (
        select(Person.email)
        .join(Holder, Holder.person_id == Person.id)
        .where(Holder.organisation_id == organisation.id, Person.email.is_not(None))
    )
    of_memberships = select(Membership.email).where(
        Membership.organisation_id == organisation.id, Membership.email != ""
    )
    return {
        email.lower()
        for query in (of_holders, of_memberships)
        for email in db.session.scalars(query)
        if email
    }


def _give_numbers(rows: Sequence[RegisterRow], taken: set[int]) -> list[tuple[int, RegisterRow]]:
    """Those without a number get the ones after the highest ever given, in the order of the file."""
    highest = max(taken | {row.number for row in rows if row.number}, default=0)
    following = count(highest + 1)
    return sorted(((row.number or next(following), row) for row in rows), key=lambda numbered: numbered[0])


def _people(emails: set[str], now: datetime) -> dict[str, int]:
    """The sign-in of each address, made where there is none."""
    known = _people_known(emails)
    _insert(
        Person,
        (
            {"email": email, "session_version": 1, "created_at": now}
            for email in sorted(emails - known.keys())
        ),
    )
    return _people_known(emails)


def _people_known(emails: set[str]) -> dict[str, int]:
    query = select(Person.email, Person.id)
    if len(emails) <= CHUNK:  # beyond that one pass over everyone is cheaper than naming each address
        query = query.where(Person.email.in_(emails))
    return {email: person_id for email, person_id in db.session.execute(query) if email in emails}


def _insert_memberships(
    organisation: Organisation, numbered: list[tuple[int, RegisterRow]]
) -> dict[int, int]:
    _insert(
        Membership,
        (
            {
                "organisation_id": organisation.id,
                "number": number,
                "kind": row.kind,
                "name": row.name,
                "email": row.email or "",
                "postal_address": "",
                "notices": "mail" if row.email else "post",
                "voting_class": "member",
            }
            for number, row in numbered
        ),
    )
    rows = db.session.execute(
        select(Membership.number, Membership.id).where(Membership.organisation_id == organisation.id)
    )
    return {row.number: row.id for row in rows}


def _holders(
    organisation: Organisation,
    numbered: list[tuple[int, RegisterRow]],
    memberships: dict[int, int],
    people: dict[str, int],
) -> Iterator[dict[str, Any]]:
    """One holder a person, several of a joint membership; the address is the first one's."""
    for number, row in numbered:
        person_id = people.get(row.email) if row.email else None
        names = row.holders or ((row.name,) if row.kind == "person" or person_id else ())
        for position, name in enumerate(names):
            yield {
                "organisation_id": organisation.id,
                "membership_id": memberships[number],
                "person_id": person_id if position == 0 else None,
                "name": name,
            }


def _insert(table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    for chunk in _chunks(rows):
        db.session.execute(insert(table), chunk)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
