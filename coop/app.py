"""The application: its table of contents. Read this first."""

from pathlib import Path

from flask import Flask
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

import coop.models  # noqa: F401 - the metadata must be whole before the first query
from config import Settings, read_settings
from coop import doors, language
from coop.blueprints import (
    accounts,
    ballots,
    beginnings,
    constitution,
    demo,
    dues,
    mandates,
    meetings,
    members,
    organisations,
    petitions,
    reports,
    treasury,
    works,
)
from coop.extensions import babel, csrf, db, login_manager, migrate
from coop.transaction import bind_transactions

ROOT = Path(__file__).resolve().parent.parent
SUBJECTS = (  # lowest first; each has the same name on every floor
    accounts, organisations, members, constitution, ballots, meetings, petitions, mandates, dues,
    treasury, works, beginnings, reports
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; `settings` are read from the environment unless given."""
    settings = settings or read_settings()
    app = Flask("coop", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "coop" / "static"))
    app.config.update(settings.for_flask())
    if hops := settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    bind_transactions(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=False)
    csrf.init_app(app)
    login_manager.init_app(app)
    babel.init_app(app, locale_selector=language.choose)
    Bootstrap5(app)
    app.url_map.converters["int"] = doors.RowNumber
    for subject in (*SUBJECTS, demo):
        app.register_blueprint(subject.bp)
    language.teach(app)
    doors.hang(app)
    return app
