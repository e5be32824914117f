"""The demonstration co-op, loaded once a session and copied for whoever wants to change it."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from config import Settings
from coop.app import create_app
from coop.extensions import db


def app_in(instance: Path, address: str = "http://127.0.0.1:5000") -> Flask:
    """The application over one instance folder."""
    app = create_app(
        Settings(
            instance=instance,
            production=False,
            demo=True,
            secret_key="test-only-" + "x" * 40,
            ballot_key="test-only-" + "b" * 40,
            database_url=f"sqlite:///{instance / 'coop.db'}",
            base_url=address,
            mail_url="",
            mail_from="coop@pioneers.example",
        )
    )
    app.testing = True
    return app


def load(pristine: Path, instance: Path, address: str = "http://127.0.0.1:5000") -> Flask:
    """An application over a fresh copy of the loaded co-op."""
    shutil.copytree(pristine, instance)
    return app_in(instance, address)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    """The folder of the loaded co-op; parallel workers share one. Copy it, never write to it."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder = base / "pristine"
    with (base / "pristine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "loaded").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            from coop.cli.demo import load as load_demonstration

            with app_in(folder).app_context():
                upgrade()
                load_demonstration()
                db.session.remove()
                db.engine.dispose()
            (folder / "loaded").touch()
    return folder
