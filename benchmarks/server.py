"""What is measured: the application as it is served, plus a baseline route that only benchmarks know.

`app` is the whole application with its background thread. `bare` is Flask and nothing else.
"""

import sqlalchemy as sa
from flask import Flask, g
from flask_wtf import FlaskForm

from coop.access import public
from coop.app import create_app
from coop.background import start
from coop.extensions import db
from coop.transaction import writing

ROWS = sa.Table(
    "bench_rows",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("membership_id", sa.Integer),
    sa.Column("choice", sa.String(20)),
)

bare = Flask("bare")


@bare.get("/healthz")
@bare.post("/")
def answer() -> str:
    return "ok"


@public
def insert(organisation: str | None = None) -> str:  # noqa: ARG001 - the doors take it from the address
    """The least that a vote could be: the member of the session, the form's token, one row, one commit."""
    if not FlaskForm().validate_on_submit():
        return "refused"
    who = g.actor.membership_id
    with writing():
        db.session.execute(ROWS.insert().values(membership_id=who, choice="for"))
    return "ok"


def benchmarked() -> Flask:
    app = create_app()
    app.add_url_rule("/<organisation>/bench", view_func=insert, methods=["POST"])
    start(app)
    return app


def make_table() -> None:
    """Make the baseline's table: once, before several processes serve."""
    with db.engine.begin() as connection:
        ROWS.metadata.create_all(connection)


def __getattr__(name: str) -> Flask:
    # gunicorn asks for `app` by name; `bare` must load without a database.
    if name == "app":
        return benchmarked()
    raise AttributeError(name)
