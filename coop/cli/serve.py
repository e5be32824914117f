"""`coop serve`: migrate, load the demonstration if the database is empty, and serve."""

import fcntl
import os
import socket
import sys
from pathlib import Path

import click

from config import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
LOADING = "loading-the-demonstration"
THREADS = 8
ACCOUNTS = {
    "member": "a member: vote, pay, read, share",
    "secretary": "admissions, meetings, minutes",
    "treasurer": "dues, bank statements, books",
    "librarian": "works, licences, grants",
    "auditor": "reads, changes nothing",
    "returning": "ballots and elections",
    "chair": "the chair",
    "branch": "secretary of the branch only",
    "applicant": "someone whose application waits",
}


@click.command("serve")
@click.option("--port", default=5000, show_default=True, envvar="PORT", help="Where to listen, on loopback.")
@click.option("--demo/--no-demo", default=True, help="Load the demonstration if the database is empty.")
@click.option(
    "--workers", default=1, show_default=True, help="Server processes; more than one needs PostgreSQL."
)
@click.option("--threads", default=THREADS, show_default=True, help="Requests answered at once by a process.")
def command(port: int, demo: bool, workers: int, threads: int) -> None:  # noqa: FBT001 - click passes flags
    """Migrate the database, load the demonstration if it is empty, and serve."""
    os.environ.update(PORT=str(port), DEMO="1" if demo else "0")
    refuse_taken_port(port)

    from coop.app import create_app  # noqa: PLC0415 - what comes before needs no application

    app = create_app()
    settings = app.config["COOP"]
    on_sqlite = settings.database_url.startswith("sqlite")
    if on_sqlite and workers > 1:
        sys.exit("SQLite takes one server process: serve with --workers 1, or move to PostgreSQL.")
    if on_sqlite:
        own_instance(settings.instance)
    with app.app_context():
        what = prepare(settings.base_url, load_demo=demo and settings.demo)
    print(f"\n{what}\nCtrl-C stops the server.\n", flush=True)
    os.chdir(ROOT)
    # The server takes this process's place, so that Ctrl-C reaches it and nothing stands between.
    os.execv(sys.executable, server_words(port, workers, threads))  # noqa: S606 - our own words


def server_words(port: int, workers: int = 1, threads: int = THREADS, target: str = "wsgi:app") -> list[str]:
    """The command of the server itself, without what comes before."""
    return [
        sys.executable, "-m", "gunicorn", target, "--bind", f"{HOST}:{port}",
        "--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads),
        "--keep-alive", "15", "--timeout", "120", "--graceful-timeout", "10",
        "--no-control-socket", "--log-level", "warning", "--logger-class", "coop.server_log.ServerLog",
    ]  # fmt: skip


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            sys.exit(f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}")


def own_instance(instance: Path) -> None:
    """Hold the instance for as long as this process lives: SQLite takes one server process."""
    handle = os.open(instance / "serving", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(
            f"Coop serves {instance} already. Stop that server first, or name another folder: INSTANCE=…"
        )
    os.set_inheritable(handle, True)  # the lock outlives exec


def prepare(address: str, *, load_demo: bool) -> str:
    """Migrate; load the demonstration into an empty database; return what the operator should know."""
    from flask import current_app  # noqa: PLC0415
    from flask_migrate import upgrade  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    from coop.blueprints.beginnings.found import founding_code  # noqa: PLC0415
    from coop.cli.demo import load  # noqa: PLC0415
    from coop.extensions import db  # noqa: PLC0415
    from coop.models.organisations import Organisation  # noqa: PLC0415

    clear_half_loaded(current_app.config["COOP"])
    upgrade()
    slugs = db.session.scalars(select(Organisation.slug)).all()
    db.session.rollback()
    if not slugs and load_demo:
        print("Loading the practice co-op: two years of history, this takes a moment …", flush=True)
        mark = current_app.config["COOP"].instance / LOADING
        mark.touch()
        load()
        mark.unlink()
        slugs = ["pioneers"]
    db.session.remove()
    db.engine.dispose()
    if not slugs:
        return f"Found the first organisation at {address}/found?code={founding_code()}"
    return practice_words(address) if load_demo and "pioneers" in slugs else f"Coop serves at {address}/"


def clear_half_loaded(settings: Settings) -> None:
    """Begin anew if the loading of the demonstration was interrupted; the mark says there is nothing else."""
    mark = settings.instance / LOADING
    if mark.exists() and settings.database_url.startswith("sqlite"):
        for leftover in settings.instance.glob("coop.db*"):
            leftover.unlink()
        mark.unlink()


def practice_words(address: str) -> str:
    from coop.gateways.passwords import PRACTICE_PASSWORD  # noqa: PLC0415

    accounts = [f"  {name + '@pioneers.example':<30}{what}" for name, what in ACCOUNTS.items()]
    return "\n".join(
        [
            "  Practice copy. Nothing here is private.",
            "",
            f"Coop serves Toad Lane Pioneers at {address}/pioneers/",
            f"Sign in with the password {PRACTICE_PASSWORD} as",
            "",
            *accounts,
            f"  {'member@orchard.example':<30}a member of another organisation, at {address}/orchard/",
            f"  {'secretary@orchard.example':<30}its secretary",
            "",
            f"Mail that would have been sent is at {address}/demo/mail",
        ]
    )
