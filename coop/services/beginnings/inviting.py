"""The operator's invitation: whoever has its code begins one organisation here, once."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.beginnings import Invitation
from coop.services.records import record

LASTS = timedelta(days=30)
WRONG_CODE = "This is no invitation of this server, or it was used or is over. Ask whoever runs the server."


def invite(actor: Actor, now: datetime) -> str:
    """Let somebody begin an organisation within thirty days; gives the code, which is kept nowhere."""
    authorize(actor, Permission.FOUND_ORGANISATION, None)
    letters = secrets.token_hex(8)
    code = "-".join(letters[at : at + 4] for at in range(0, 16, 4))
    made = Invitation(code_sha256=_digest(code), made_at=now, expires_at=now + LASTS)
    db.session.add(made)
    db.session.flush()
    record(None, actor, "invited an organisation", f"invitation {made.id}", now)
    return code


def is_invited(code: str, now: datetime) -> bool:
    """Whether the code still stands."""
    return _standing(code, now) is not None


def use_invitation(code: str, now: datetime) -> None:
    """Spend the code; of two who use it at once the second is refused."""
    found = _standing(code, now, lock=True)
    if found is None:
        raise Refusal(_(WRONG_CODE))
    found.used_at = now
    db.session.flush()


def _standing(code: str, now: datetime, *, lock: bool = False) -> Invitation | None:
    query = select(Invitation).where(Invitation.code_sha256 == _digest(code))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    return found if found and found.used_at is None and now < found.expires_at else None


def _digest(code: str) -> str:
    return sha256(code.strip().casefold().encode()).hexdigest()
