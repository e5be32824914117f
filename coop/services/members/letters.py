"""How a row of the outbox becomes a letter: its reader's address, its link, its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from coop.extensions import db
from coop.gateways.mail import Letter
from coop.models.accounts import Person
from coop.models.members import Holder, Membership
from coop.models.organisations import Organisation
from coop.models.records import OutboxMail
from coop.services import accounts
from coop.services.outbox import NOT_NEEDED

Render = Callable[[str, dict[str, Any]], str]
Ask = Callable[[OutboxMail, datetime], dict[str, Any] | None]

# The letters whose link signs their reader in, and for what the token is good.
SIGNING_IN = {
    "sign-in-link": "sign-in",
    "already-member": "sign-in",
    "password-reset": "reset",
    "application-received": "confirm",
    "application-answered": "confirm",
    "welcome": "welcome",
    "founding-invitation": "welcome",
}


@dataclass(frozen=True)
class Writer:
    """Writes the letters of one installation: where it is reached, from whom, by which templates.

    `asks` says, by the template, what a letter tells at its sending; None: nothing any more.
    """

    base_url: str
    sender: str
    render: Render
    asks: Mapping[str, Ask] = field(default_factory=dict)

    def __call__(self, row: OutboxMail, now: datetime) -> Letter | str | None:
        """The letter of a row, or why there is none; None where there is no address to send it to."""
        told = self.asks[row.template](row, now) if row.template in self.asks else {}
        if told is None:
            return NOT_NEEDED
        organisation = db.session.get(Organisation, row.organisation_id) if row.organisation_id else None
        membership = db.session.get(Membership, row.membership_id) if row.membership_id else None
        person = _reader(row, membership)
        recipient = (membership.email if membership else "") or (person.email if person else "") or ""
        purpose = SIGNING_IN.get(row.template)
        if purpose is not None and person is not None:
            recipient = person.email or ""  # a link that signs in goes to the address that signs in
        if not recipient:
            return None
        text = self.render(
            f"mail/{row.template}.txt",
            {
                "organisation": organisation,
                "name": membership.name if membership else "",
                "number": membership.number if membership else None,
                **row.ids,
                **told,
                "link": self._link(row, organisation, person, purpose, now),
                "address": lambda path: self._address(organisation, path),
                "now": now,
            },
        )
        subject, _gap, body = text.partition("\n")
        return Letter(
            key=row.key,
            sender=self.sender,
            recipient=recipient,
            subject=subject.removeprefix("Subject:").strip(),
            text=body.strip() + "\n",
            written_at=row.queued_at,
            language=organisation.language if organisation else "en",
        )

    def _link(
        self,
        row: OutboxMail,
        organisation: Organisation | None,
        person: Person | None,
        purpose: str | None,
        now: datetime,
    ) -> str:
        if purpose is not None and person is not None:
            then = row.ids.get("then") or (
                self._path(organisation, row.ids["path"]) if "path" in row.ids else ""
            )
            link = f"{self.base_url}/sign-in/link/{accounts.mint(person.id, purpose, now)}"
            return f"{link}?next={quote(then)}" if then else link
        return self._address(organisation, row.ids["path"]) if "path" in row.ids else ""

    def _address(self, organisation: Organisation | None, path: str) -> str:
        return self.base_url + self._path(organisation, path)

    def _path(self, organisation: Organisation | None, path: str) -> str:
        return f"/{organisation.slug}{path}" if organisation else path


def _reader(row: OutboxMail, membership: Membership | None) -> Person | None:
    if row.person_id is not None:
        return db.session.get(Person, row.person_id)
    if membership is None:
        return None
    return db.session.scalar(
        select(Person)
        .join(Holder, Holder.person_id == Person.id)
        .where(Holder.membership_id == membership.id)
        .order_by(Holder.id)
        .limit(1)
    )
