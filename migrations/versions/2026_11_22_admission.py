"""Who sponsors an application, and by which vote members decide on it."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_admission"
down_revision = "2026_11_22_the_beginnings"
branch_labels = None
depends_on = None

APPLICATION = "(SELECT {what} FROM applications WHERE id = NEW.application_id)"
LOCK = "1 FROM applications WHERE id = NEW.application_id FOR UPDATE"
TABLES = ("sponsors", "admission_ballots")
# (table, name, events, what it says, condition, row to lock on PostgreSQL)
GUARDS = [
    *((table, "kept", ("UPDATE", "DELETE"), f"{table}: a row stands", "TRUE", "") for table in TABLES),
    *(
        (
            table,
            "while_waiting",
            ("INSERT",),
            f"{table}: the application is answered",
            f"{APPLICATION.format(what='outcome')} IS NOT NULL",
            LOCK,
        )
        for table in TABLES
    ),
    (
        "sponsors",
        "same_organisation",
        ("INSERT",),
        "sponsors: a member of another organisation",
        "(SELECT organisation_id FROM memberships WHERE id = NEW.membership_id) <> "
        f"{APPLICATION.format(what='organisation_id')}",
        "",
    ),
    (
        "sponsors",
        "by_another",
        ("INSERT",),
        "sponsors: nobody sponsors themselves",
        "EXISTS (SELECT 1 FROM holders WHERE membership_id = NEW.membership_id "
        f"AND person_id = {APPLICATION.format(what='person_id')})",
        "",
    ),
    (
        "admission_ballots",
        "one_at_a_time",
        ("INSERT",),
        "admission_ballots: a vote on this application is on its way",
        "EXISTS (SELECT 1 FROM admission_ballots a JOIN ballots b ON b.id = a.ballot_id "
        "WHERE a.application_id = NEW.application_id AND b.void_at IS NULL AND b.sealed_at IS NULL)",
        LOCK,
    ),
    (
        "admission_ballots",
        "same_organisation",
        ("INSERT",),
        "admission_ballots: a vote of another organisation",
        "(SELECT organisation_id FROM ballots WHERE id = NEW.ballot_id) <> "
        f"{APPLICATION.format(what='organisation_id')}",
        "",
    ),
]


def created(dialect, table, name, events, says, condition, lock):
    trigger = f"{table}_{name}"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {trigger}_{event.lower()} BEFORE {event} ON {table} "
            f"WHEN ({condition}) BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for event in events
        ]
    first = (
        "IF current_setting('transaction_isolation') <> 'read committed' THEN "
        f"RAISE EXCEPTION '{table}: written under READ COMMITTED only' USING ERRCODE = '23514'; END IF; "
        f"PERFORM {lock};"
        if lock
        else ""
    )
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {first} "
        f"IF ({condition}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
    ]


def keys(table, **targets):
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def upgrade() -> None:
    op.create_table(
        "sponsors",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("sponsored_at", coop.models.columns.Instant(timezone=True), nullable=False),
        *keys("sponsors", application_id="applications", membership_id="memberships"),
        sa.PrimaryKeyConstraint("application_id", "membership_id", name=op.f("pk_sponsors")),
    )
    op.create_table(
        "admission_ballots",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        *keys("admission_ballots", ballot_id="ballots", application_id="applications"),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_admission_ballots")),
    )
    op.create_index(op.f("ix_sponsors_membership_id"), "sponsors", ["membership_id"])
    op.create_index(op.f("ix_admission_ballots_application_id"), "admission_ballots", ["application_id"])
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
