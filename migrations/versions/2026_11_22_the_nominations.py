"""Calls for nominations and the nominations themselves, with what the tables refuse of them."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_nominations"
down_revision = "2026_11_22_the_promises"
branch_labels = None
depends_on = None

CALL = "(SELECT {what} FROM nomination_calls WHERE id = NEW.call_id)"
# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    (
        "nomination_calls",
        "kept",
        ("DELETE",),
        "nomination_calls: a row is never deleted",
        "TRUE",
        "",
    ),
    (
        "nomination_calls",
        "as_called",
        ("UPDATE",),
        "nomination_calls: office, seats, rule and deadlines stand once nominations are called",
        " OR ".join(
            f"CAST(NEW.{column} AS TEXT) {{differs}} CAST(OLD.{column} AS TEXT)"
            for column in (
                "organisation_id number office_id body_id seats rule version_id zone called_at closes_at "
                "answers_until"
            ).split()
        ),
        "",
    ),
    (
        "nomination_calls",
        "off_once",
        ("UPDATE",),
        "nomination_calls: off is off",
        "OLD.off_at IS NOT NULL AND (NEW.off_at {differs} OLD.off_at OR NEW.off_reason <> OLD.off_reason)",
        "",
    ),
    (
        "nomination_calls",
        "drawn_once",
        ("UPDATE",),
        "nomination_calls: the ballot is drawn up once, and again only if it is void",
        "OLD.ballot_id IS NOT NULL AND NEW.ballot_id {differs} OLD.ballot_id "
        "AND NOT EXISTS (SELECT 1 FROM ballots WHERE id = OLD.ballot_id AND void_at IS NOT NULL)",
        "",
    ),
    (
        "nomination_calls",
        "own_ballot",
        ("INSERT", "UPDATE"),
        "nomination_calls: the ballot is for another office",
        "NEW.ballot_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id "
        "AND organisation_id = NEW.organisation_id AND office_id = NEW.office_id)",
        "",
    ),
    ("nominations", "kept", ("DELETE",), "nominations: a row is never deleted", "TRUE", ""),
    (
        "nominations",
        "whose",
        ("UPDATE",),
        "nominations: a nomination stays with its nominee",
        "NEW.call_id <> OLD.call_id OR NEW.membership_id <> OLD.membership_id "
        "OR NEW.proposer_id <> OLD.proposer_id OR NEW.named_at <> OLD.named_at",
        "",
    ),
    (
        "nominations",
        "while_called",
        ("INSERT", "UPDATE"),
        "nominations: frozen once the ballot is drawn up or the call is off",
        f"{CALL.format(what='ballot_id')} IS NOT NULL OR {CALL.format(what='off_at')} IS NOT NULL",
        "1 FROM nomination_calls WHERE id = NEW.call_id FOR SHARE",
    ),
]


def created(dialect, table, name, events, says, condition, lock):
    trigger = f"{table}_{name}"
    if dialect == "sqlite":
        when = condition.format(differs="IS NOT")
        return [
            f"CREATE TRIGGER {trigger}_{event.lower()} BEFORE {event} ON {table} "
            f"WHEN ({when}) BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for event in events
        ]
    when = condition.format(differs="IS DISTINCT FROM")
    first = (
        "IF current_setting('transaction_isolation') <> 'read committed' THEN "
        f"RAISE EXCEPTION '{table}: written under READ COMMITTED only' USING ERRCODE = '23514'; END IF; "
        f"PERFORM {lock};"
        if lock
        else ""
    )
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {first} "
        f"IF ({when}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; "
        f"RETURN {'OLD' if events == ('DELETE',) else 'NEW'}; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
    ]


def upgrade() -> None:
    op.create_table(
        "nomination_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("called_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("closes_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("answers_until", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=True),
        sa.Column("off_at", coop.models.columns.Instant(timezone=True), nullable=True),
        sa.Column("off_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_nomination_calls_seats")),
        sa.CheckConstraint(
            "called_at < closes_at AND closes_at <= answers_until", name=op.f("ck_nomination_calls_period")
        ),
        sa.CheckConstraint("(off_at IS NULL) = (off_reason = '')", name=op.f("ck_nomination_calls_off_reason")),
        sa.CheckConstraint(
            "ballot_id IS NULL OR off_at IS NULL", name=op.f("ck_nomination_calls_drawn_or_off")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_nomination_calls_{column}"))
            for column, target in (
                ("ballot_id", "ballots"),
                ("body_id", "bodies"),
                ("office_id", "offices"),
                ("organisation_id", "organisations"),
                ("version_id", "constitution_versions"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination_calls")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_nomination_calls_ballot_id")),
        sa.UniqueConstraint(
            "organisation_id", "number", name=op.f("uq_nomination_calls_organisation_id_number")
        ),
    )
    for column in ("body_id", "office_id", "organisation_id", "version_id"):
        op.create_index(op.f(f"ix_nomination_calls_{column}"), "nomination_calls", [column])
    op.create_index(
        "uq_nomination_calls_running",
        "nomination_calls",
        ["office_id"],
        unique=True,
        sqlite_where=sa.text("ballot_id IS NULL AND off_at IS NULL"),
        postgresql_where=sa.text("ballot_id IS NULL AND off_at IS NULL"),
    )
    op.create_table(
        "nominations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=False),
        sa.Column("named_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('named', 'accepted', 'declined', 'withdrawn', 'refused')",
            name=op.f("ck_nominations_state"),
        ),
        sa.CheckConstraint("(state = 'refused') = (reason <> '')", name=op.f("ck_nominations_reason")),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_nominations_{column}"))
            for column, target in (
                ("call_id", "nomination_calls"),
                ("membership_id", "memberships"),
                ("proposer_id", "memberships"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominations")),
        sa.UniqueConstraint("call_id", "membership_id", name=op.f("uq_nominations_call_id_membership_id")),
    )
    for column in ("membership_id", "proposer_id"):
        op.create_index(op.f(f"ix_nominations_{column}"), "nominations", [column])
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in ("nomination_calls", "nominations"):
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    op.drop_table("nominations")
    op.drop_table("nomination_calls")
    if op.get_context().dialect.name == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
