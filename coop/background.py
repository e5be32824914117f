"""What happens by itself: a thread of the web process links audit events, sends mail, opens and seals ballots.

Nothing a member does waits for it: a vote never depends on a worker.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, g, render_template
from flask_babel import force_locale
from sqlalchemy import select

from coop.extensions import db
from coop.gateways import mail
from coop.models.organisations import Organisation
from coop.services import accounts, ballots, constitution, members, nominations, outbox, records
from coop.services.members import letters
from coop.services.outbox import Round
from coop.traces import READ, empty_write_ahead_log, write_database_anew
from coop.transaction import chain_events, come_into_force, seal_ballot, writing

log = logging.getLogger("coop")
EVERY_SECONDS = 1.0
HOUR = timedelta(hours=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_forgotten = {"at": _LONG_AGO}
_looked_through = {"at": _LONG_AGO}
_emptied_next: dict[str, Any] = {"at": _LONG_AGO, "pause": timedelta(0)}


def start(app: Flask) -> threading.Event:
    """Start the thread; setting the returned event ends it."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(EVERY_SECONDS):
            for step in STEPS:
                with app.app_context():
                    try:
                        step(app)
                    except Exception as error:  # noqa: BLE001 - one failed step must not end the thread
                        log.error("background %s failed: %s", step.__name__, type(error).__name__)  # noqa: TRY400
                    finally:
                        db.session.remove()

    threading.Thread(target=run, name="coop-background", daemon=True).start()
    return stop


def link_events(_app: Flask) -> None:
    """Link what was recorded since; at the start and once an hour whatever was overlooked."""
    now = datetime.now(UTC)
    everything = now - _looked_through["at"] >= HOUR
    for organisation_id in records.organisations_with_unchained_events(everything=everything):
        chain_events(lambda one=organisation_id: records.chain_events(one, everything=everything))
    if everything:
        _looked_through["at"] = now


def bring_into_force(_app: Flask) -> None:
    """Obey a version of the constitution whose day has come; a page that comes first does it itself."""
    now = datetime.now(UTC)
    for organisation_id in constitution.organisations_due(now):
        come_into_force(lambda one=organisation_id: constitution.obey_due(one, now))


def open_and_seal(_app: Flask) -> None:
    """Open what was announced and seal what has closed; a page that needs either does it itself."""
    now = datetime.now(UTC)
    to_open, to_seal = ballots.ids_due(now)
    for ballot_id in to_open:
        seal_ballot(lambda one=ballot_id: ballots.open_due(one, now))
    for ballot_id in to_seal:
        seal_ballot(lambda one=ballot_id: ballots.seal(one, now))


def scrub_secret_ballots(_app: Flask) -> None:
    """Remove from the disk what could tell in which order secret votes came; again until that is done."""
    now = datetime.now(UTC)
    ballots.secret.forget_closed(now)
    ended = ballots.secret.unscrubbed()
    if not ended or (now < _emptied_next["at"] and all(one.sorted_at for one in ended)):
        return
    left = remove_traces(now)
    if left == READ:
        log.info("traces of a sealed ballot wait for a reader to end")
    elif left:
        # Each try costs PostgreSQL a file of its log, and somebody has to change something first.
        pause = min(max(2 * _emptied_next["pause"], timedelta(seconds=1)), HOUR)
        _emptied_next.update(at=now + pause, pause=pause)
        log.warning("the database's log may still tell who voted how in a sealed secret ballot: %s", left)
    else:
        _emptied_next.update(at=now, pause=timedelta(0))


def remove_traces(now: datetime) -> str:
    """Remove what could tell how members voted in secret ballots that ended; say what is left, "" if nothing."""
    ended = ballots.secret.unscrubbed()
    every = [one.ballot_id for one in ended]
    unsorted = [one.ballot_id for one in ended if one.sorted_at is None]
    if unsorted:
        write_database_anew()
        with writing():
            ballots.secret.mark_sorted(unsorted, now)
    left = empty_write_ahead_log() if every else ""
    if every and not left:
        with writing():
            ballots.secret.mark_scrubbed(every, now)
    return left


def tell_voters(_app: Flask) -> None:
    """Queue reminders, outcomes and what is void, a part of the roll at a time: votes go in between."""
    now = datetime.now(UTC)
    for mailing_id in ballots.mailings_waiting(now):
        after: int | None = 0
        while after is not None:
            with writing():
                after = ballots.queue_mailing(mailing_id, now, after=after)


def send_mail(app: Flask) -> Round:
    """Deliver what waits in the outbox; also what `coop mail send` does."""
    settings = app.config["COOP"]
    return outbox.deliver_waiting(
        mail.post_of(settings.mail_url, mail.mail_folder(settings.instance)),
        letters.Writer(settings.base_url, settings.mail_from, _render, ballots.TOLD_AT_SENDING),
        datetime.now(UTC),
    )


def forget_hourly(_app: Flask) -> None:
    """Erase, once an hour, what the rules say has been kept long enough."""
    now = datetime.now(UTC)
    if now - _forgotten["at"] >= HOUR:
        _forgotten["at"] = now
        forget_what_is_old(now)


def forget_what_is_old(now: datetime) -> None:
    """Drop spent links and attempts, photos of candidates once counted, and applications kept long enough."""
    with writing():
        accounts.forget_spent(now)
        nominations.forget_photos()
    for organisation_id in db.session.scalars(select(Organisation.id)).all():
        with writing():
            organisation = db.session.get_one(Organisation, organisation_id)
            version = constitution.in_force(organisation, organisation.day_of(now))
            if version is not None:
                months = constitution.rule(version, "application.retention").value
                members.forget_applications(organisation, months.n, now)


def _render(template: str, values: dict[str, Any]) -> str:
    """Write a letter in the organisation's language and with its clocks."""
    g.organisation = values["organisation"]
    with force_locale(g.organisation.language if g.organisation else "en"):
        return render_template(template, **values)


STEPS = (
    bring_into_force,
    open_and_seal,
    scrub_secret_ballots,
    link_events,
    tell_voters,
    send_mail,
    forget_hourly,
)
