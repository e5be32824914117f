"""Doors are shut by default: every route declares its permission or stands on the one list of public ones."""

import logging
import secrets
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, Response, abort, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from coop.access import actor_for, may
from coop.errors import Forbidden, Missing, Refusal, TooManyAttempts, Unreadable
from coop.extensions import db, login_manager
from coop.models.accounts import Person
from coop.models.organisations import Organisation
from coop.nameless import Nameless
from coop.predicates import Door
from coop.services import constitution
from coop.transaction import come_into_force, waited_in_vain

log = logging.getLogger("coop")

# The only endpoints open to anyone. A change here is a change to who can see what.
PUBLIC = frozenset(
    {
        "static",
        "bootstrap.static",
        "healthz",
        "accounts.sign_in",
        "accounts.sign_out",
        "accounts.sign_out_page",
        "accounts.link",
        "accounts.forgotten",
        "accounts.open_link",
        "reports.front",
        "reports.home",
        "members.join",
        "members.join_check",
        "members.join_sent",
        "members.application",
        "constitution.paper",
        "constitution.show",
        "constitution.source",
        "ballots.receipt_code",
        "mandates.position",  # these three let others in only where the constitution says so
        "mandates.position_index",
        "mandates.positions_json",
        "beginnings.found",
        "demo.mail",
        "demo.read_mail",
        "ballots.keys",  # of a secret ballot, the same for everyone
        "ballots.cast",  # whoever holds a voting token, and nobody asks who that is
    }
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


# Asked at every request, so built once.
_PERSON = select(Person).where(Person.id == bindparam("id"))
_BY_SLUG = select(Organisation).where(Organisation.slug == bindparam("slug"))


def hang(app: Flask) -> None:
    """Put the doors in; an undeclared route stops the app here."""

    @app.get("/healthz")
    def healthz() -> tuple[str, int, dict[str, str]]:
        db.session.execute(select(1))
        return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}

    app.wsgi_app = Nameless(app.wsgi_app)  # type: ignore[method-assign]
    app.url_value_preprocessor(_take_organisation)
    app.url_defaults(_give_organisation)
    app.before_request(_hold_door)
    app.after_request(_seal_headers)
    app.teardown_request(_roll_back)
    login_manager.user_loader(_load_person)
    _answer_errors(app)
    check_declared(app)


class RowNumber(IntegerConverter):
    """A number in an address: one that no row can have is missing, never a fault of the database."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's own name
        super().__init__(map, max=2**31 - 1)


def check_declared(app: Flask) -> None:
    """Refuse to start with a route that says nothing of who may enter."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        declared = getattr(view, "coop_permission", None) is not None
        if declared == (rule.endpoint in PUBLIC):
            raise RuntimeError(
                f"The route {rule.rule} ({rule.endpoint}) must either declare a permission with "
                "@requires or stand in coop.doors.PUBLIC, not both and not neither."
            )


def _load_person(key: str) -> Person | None:
    person_id, _, version = key.partition(".")
    person = db.session.scalar(_PERSON, {"id": int(person_id)}) if person_id.isdigit() else None
    if person is None or str(person.session_version) != version or person.erased_at is not None:
        return None
    return person


def _take_organisation(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.slug = values.pop("organisation", None) if values else None


def _give_organisation(endpoint: str, values: dict[str, Any]) -> None:
    if "organisation" in values or not g.get("slug"):
        return
    if current_app.url_map.is_endpoint_expecting(endpoint, "organisation"):
        values["organisation"] = g.slug


def _hold_door() -> AnyResponse | None:
    g.now = datetime.now(UTC)
    g.nonce = secrets.token_urlsafe(16)
    g.organisation = None
    g.actor = actor_for(None, None, g.now.date())
    if request.endpoint in ("static", "bootstrap.static", "healthz") or request.endpoint is None:
        return None
    person = g.person = current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001
    if g.slug is not None:
        g.organisation = _organisation_of(g.slug)
    day = g.organisation.day_of(g.now) if g.organisation else g.now.date()
    g.actor = actor_for(person, g.organisation, day)

    permission = getattr(_view(), "coop_permission", None)
    if _must_wait(request.endpoint):
        return _not_open()
    if permission is None:
        return None
    thing = Door(g.organisation) if g.organisation else None
    if may(g.actor, permission, thing) or (g.organisation and may(g.actor, permission, g.organisation)):
        return None
    if person is None:
        if request.method == "GET":
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    if g.actor.membership_id is None and request.view_args:
        raise Missing  # to someone of another organisation, a thing of this one does not exist
    raise Forbidden(permission)


def _organisation_of(slug: str) -> Organisation:
    """The organisation of the address, with the version of its constitution that is in force by now."""
    found = db.session.scalar(_BY_SLUG, {"slug": slug})
    if found is None:
        raise Missing
    if constitution.is_due(found, g.now):
        come_into_force(partial(constitution.obey_due, found.id, g.now))
    return found


# What can be reached of an organisation that is founded or moves in, before it is open.
BEFORE_OPENING = ("beginnings.", "accounts.", "members.import_")


def _must_wait(endpoint: str) -> bool:
    return bool(g.organisation and g.organisation.unopened) and not endpoint.startswith(BEFORE_OPENING)


def _not_open() -> AnyResponse:
    if request.method != "GET":
        raise Refusal(f"{g.organisation.name} is not open yet. Look at what has to be done first.")
    return redirect(url_for("beginnings.show"))


def _view() -> Any:
    return current_app.view_functions[request.endpoint or ""]


def _seal_headers(response: Response) -> Response:
    nonce = g.get("nonce") or secrets.token_urlsafe(16)  # refused before the door, it has none yet
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(nonce=nonce))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if request.endpoint not in ("static", "bootstrap.static"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _roll_back(_error: BaseException | None) -> None:
    db.session.rollback()


PAGES = frozenset({403, 404, 409, 413, 422, 429, 500})
COLLISION = "Somebody changed this at the same moment. Look at it again, then repeat what you meant."
STALE = (
    "This page was open for too long, or you signed out in another tab. Go back, reload it, and send again."
)


def _page(status: int, sentence: str = "", reference: str = "") -> tuple[str | Response, int]:
    if request.is_json:  # a script sent it, and reads no page
        said = {"error": sentence or HTTP_STATUS_CODES.get(status, "")}
        return jsonify(said | ({"reference": reference} if reference else {})), status
    view = current_app.view_functions.get(request.endpoint or "")
    own = getattr(view, "coop_error_page", None)  # of a view that must not lose what was marked
    if own is not None and (said := own(status, reference)) is not None:
        return said, status
    template = f"errors/{status}.html" if status in PAGES else "errors/other.html"
    return render_template(template, sentence=sentence, reference=reference, status=status), status


def _answer_errors(app: Flask) -> None:
    def say(status: int) -> Callable[[Exception], tuple[str | Response, int]]:
        return lambda error: _page(status, str(error))

    app.register_error_handler(Refusal, say(409))
    app.register_error_handler(Unreadable, say(422))
    app.register_error_handler(TooManyAttempts, say(429))
    app.register_error_handler(Forbidden, lambda _error: _page(403))
    app.register_error_handler(Missing, say(404))
    # A script is told to have its member sign in again, which leads back to the page and to what it kept.
    app.register_error_handler(CSRFError, lambda _error: _page(401 if request.is_json else 409, STALE))
    app.register_error_handler(IntegrityError, _collided)
    app.register_error_handler(OperationalError, _not_done)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def _collided(_error: Exception) -> tuple[str | Response, int]:
    """The database refused what two people did at once, or what must never happen."""
    db.session.rollback()
    log.warning("collision at %s", request.endpoint)
    return _page(409, COLLISION)


def _not_done(error: OperationalError) -> tuple[str | Response, int]:
    """Somebody else held what was needed for too long; anything else the database could not do is a bug."""
    return _collided(error) if waited_in_vain(error) else _fault(error)


def _http_error(error: HTTPException) -> AnyResponse | tuple[str | Response, int]:
    if error.code is None or error.code < 400:
        return error.get_response()
    return _page(error.code, error.description or "")


def _fault(error: Exception) -> tuple[str | Response, int]:
    """A bug: the page gets a reference, the log the traceback; values stay out of both."""
    reference = secrets.token_hex(4)
    db.session.rollback()
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("fault %s at %s: %s\n%s", reference, request.endpoint, type(error).__name__, frames)
    if current_app.testing and current_app.config["PROPAGATE_EXCEPTIONS"] is not False:
        raise error
    return _page(500, reference=reference)
