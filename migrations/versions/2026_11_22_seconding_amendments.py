"""How many must second an amendment to the constitution and until when, and who does."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_seconding_amendments"
down_revision = "2026_11_22_admission"
branch_labels = None
depends_on = None

TABLES = ("amendment_secondings", "amendment_seconders")
AMENDMENT = "(SELECT {what} FROM amendments WHERE id = NEW.amendment_id)"
LOCK = "1 FROM amendments WHERE id = NEW.amendment_id FOR UPDATE"
COUNT = "(SELECT COUNT(*) FROM amendment_seconders WHERE amendment_id = {which})"
# (table, name, events, what it says, condition, row to lock on PostgreSQL)
GUARDS = [
    *((table, "stands", ("UPDATE", "DELETE"), f"{table}: a row stands", "TRUE", "") for table in TABLES),
    (
        "amendment_secondings",
        "of_a_draft",
        ("INSERT",),
        "amendment_secondings: fixed before the amendment is handed in",
        f"{AMENDMENT.format(what='handed_in_at')} IS NOT NULL OR {AMENDMENT.format(what='withdrawn_at')} IS NOT NULL",
        LOCK,
    ),
    (
        "amendments",
        "seconding_fixed",
        ("INSERT", "UPDATE"),
        "amendments: handed in only with the number of its seconders",
        "NEW.handed_in_at IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM amendment_secondings WHERE amendment_id = NEW.id)",
        "",
    ),
    (
        "amendments",
        "seconded",
        ("INSERT", "UPDATE"),
        "amendments: too few have seconded",
        f"NEW.ballot_id IS NOT NULL AND {COUNT.format(which='NEW.id')} "
        "< (SELECT seconders FROM amendment_secondings WHERE amendment_id = NEW.id)",
        "",
    ),
    (
        "amendment_seconders",
        "in_time",
        ("INSERT",),
        "amendment_seconders: only of an amendment that was handed in, in time, and no more than are needed",
        f"{AMENDMENT.format(what='handed_in_at')} IS NULL OR {AMENDMENT.format(what='withdrawn_at')} IS NOT NULL "
        "OR NOT EXISTS (SELECT 1 FROM amendment_secondings WHERE amendment_id = NEW.amendment_id "
        f"AND until > NEW.seconded_at AND seconders > {COUNT.format(which='NEW.amendment_id')})",
        LOCK,
    ),
    (
        "amendment_seconders",
        "by_another",
        ("INSERT",),
        "amendment_seconders: nobody seconds their own amendment",
        f"NEW.membership_id = {AMENDMENT.format(what='drafted_by_id')}",
        "",
    ),
    (
        "amendment_seconders",
        "same_organisation",
        ("INSERT",),
        "amendment_seconders: a member of another organisation",
        "(SELECT organisation_id FROM memberships WHERE id = NEW.membership_id) <> "
        f"{AMENDMENT.format(what='organisation_id')}",
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
        "amendment_secondings",
        sa.Column("amendment_id", sa.Integer(), nullable=False),
        sa.Column("seconders", sa.Integer(), nullable=False),
        sa.Column("until", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("seconders >= 0", name=op.f("ck_amendment_secondings_seconders")),
        *keys("amendment_secondings", amendment_id="amendments", version_id="constitution_versions"),
        sa.PrimaryKeyConstraint("amendment_id", name=op.f("pk_amendment_secondings")),
    )
    op.create_table(
        "amendment_seconders",
        sa.Column("amendment_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("seconded_at", coop.models.columns.Instant(timezone=True), nullable=False),
        *keys("amendment_seconders", amendment_id="amendments", membership_id="memberships"),
        sa.PrimaryKeyConstraint("amendment_id", "membership_id", name=op.f("pk_amendment_seconders")),
    )
    op.create_index(op.f("ix_amendment_secondings_version_id"), "amendment_secondings", ["version_id"])
    op.create_index(op.f("ix_amendment_seconders_membership_id"), "amendment_seconders", ["membership_id"])
    # What was handed in before could be put only where nobody had to second it.
    op.execute(
        "INSERT INTO amendment_secondings (amendment_id, seconders, until, zone, articles, version_id) "
        "SELECT a.id, 0, a.handed_in_at, o.zone, '[]', a.base_id FROM amendments a "
        "JOIN organisations o ON o.id = a.organisation_id WHERE a.handed_in_at IS NOT NULL"
    )
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
    dialect = op.get_context().dialect.name
    for table, name, events, *_ in GUARDS:
        if table != "amendments":
            continue
        if dialect == "postgresql":
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
        else:
            for event in events:
                op.execute(f"DROP TRIGGER {table}_{name}_{event.lower()}")
    for table in TABLES:
        op.drop_table(table)
    if dialect == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
