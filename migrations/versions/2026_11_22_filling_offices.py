"""Seats offered, chairs of meetings, emergency appointments to confirm, and hand-overs that stand once signed."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_filling_offices"
down_revision = "2026_11_22_motion_amendments"
branch_labels = None
depends_on = None

INSTANT = coop.models.columns.Instant(timezone=True)
TABLES = ("emergency_appointments", "meeting_chairs", "seat_offers", "handovers", "handover_items")
CLOSED = "(SELECT closed_at FROM handovers WHERE id = NEW.handover_id) IS NOT NULL"


def changes(columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns.split())


# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    *((table, "kept", ("DELETE",), f"{table}: a row is never deleted", "TRUE", "") for table in TABLES),
    (
        "emergency_appointments",
        "put_once",
        ("UPDATE",),
        "emergency_appointments: put to one vote, which stands",
        "OLD.ballot_id IS NOT NULL OR " + changes("term_id"),
        "",
    ),
    ("meeting_chairs", "stands", ("UPDATE",), "meeting_chairs: a row is never changed", "TRUE", ""),
    (
        "seat_offers",
        "as_offered",
        ("UPDATE",),
        "seat_offers: what was offered stands",
        changes(
            "organisation_id office_id kind membership_id left_term_id election_id offered_by_id ends_on result "
            "reasoning articles version_id offered_at answer_until"
        ),
        "",
    ),
    (
        "seat_offers",
        "answered_once",
        ("UPDATE",),
        "seat_offers: an answer stands",
        "OLD.answered_at IS NOT NULL AND (" + changes("answered_at accepted") + ")",
        "",
    ),
    (
        "handovers",
        "stands",
        ("UPDATE",),
        "handovers: what was signed off stands",
        "OLD.closed_at IS NOT NULL OR " + changes("organisation_id term_id left_term_id opened_at"),
        "",
    ),
    (
        "handovers",
        "signed_once",
        ("UPDATE",),
        "handovers: a signature stands",
        "(OLD.given_at IS NOT NULL AND (" + changes("given_at") + ")) OR "
        "(OLD.taken_at IS NOT NULL AND (" + changes("taken_at") + ")) OR "
        "(OLD.alone_because <> '' AND (" + changes("alone_because") + "))",
        "",
    ),
    (
        "handover_items",
        "while_open",
        ("INSERT", "UPDATE"),
        "handover_items: the hand-over is signed off",
        CLOSED,
        "1 FROM handovers WHERE id = NEW.handover_id FOR UPDATE",
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


def number(name, *, nullable=False):
    return sa.Column(name, sa.Integer(), nullable=nullable)


def instant(name, *, nullable=False):
    return sa.Column(name, INSTANT, nullable=nullable)


def words(name):
    return sa.Column(name, sa.Text(), nullable=False)


def keys(table, **targets):
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def unique(table, *columns):
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def check(table, name, condition):
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def primary(table, column="id"):
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "emergency_appointments",
        number("term_id"),
        number("ballot_id", nullable=True),
        *keys("emergency_appointments", term_id="office_terms", ballot_id="ballots"),
        primary("emergency_appointments", "term_id"),
        unique("emergency_appointments", "ballot_id"),
    )
    op.create_table(
        "meeting_chairs",
        number("ballot_id"),
        number("meeting_id"),
        number("membership_id"),
        *keys("meeting_chairs", ballot_id="ballots", meeting_id="meetings", membership_id="memberships"),
        primary("meeting_chairs", "ballot_id"),
    )
    op.create_table(
        "seat_offers",
        number("id"),
        number("organisation_id"),
        number("office_id"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        number("membership_id"),
        number("left_term_id", nullable=True),
        number("election_id", nullable=True),
        number("offered_by_id", nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        words("reasoning"),
        sa.Column("articles", sa.JSON(), nullable=False),
        number("version_id"),
        instant("offered_at"),
        instant("answer_until"),
        instant("answered_at", nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        number("ballot_id", nullable=True),
        check("seat_offers", "kind", "kind IN ('countback', 'co-option')"),
        check("seat_offers", "whose_seat", "(kind = 'countback') = (left_term_id IS NOT NULL)"),
        check("seat_offers", "whose_papers", "(kind = 'countback') = (election_id IS NOT NULL)"),
        check("seat_offers", "answered", "(answered_at IS NULL) = (accepted IS NULL)"),
        *keys(
            "seat_offers",
            organisation_id="organisations",
            office_id="offices",
            membership_id="memberships",
            left_term_id="office_terms",
            election_id="ballots",
            offered_by_id="memberships",
            version_id="constitution_versions",
            ballot_id="ballots",
        ),
        primary("seat_offers"),
        unique("seat_offers", "ballot_id"),
        unique("seat_offers", "left_term_id", "membership_id"),
    )
    waiting = sa.text("answered_at IS NULL")
    op.create_index(
        "uq_seat_offers_waiting",
        "seat_offers",
        ["office_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "handovers",
        number("id"),
        number("organisation_id"),
        number("term_id"),
        number("left_term_id"),
        instant("opened_at"),
        instant("given_at", nullable=True),
        instant("taken_at", nullable=True),
        words("alone_because"),
        instant("closed_at", nullable=True),
        sa.Column("proof", sa.JSON(none_as_null=True), nullable=True),
        check("handovers", "alone", "alone_because = '' OR taken_at IS NOT NULL"),
        check("handovers", "proof", "(closed_at IS NULL) = (proof IS NULL)"),
        check(
            "handovers",
            "signed",
            "closed_at IS NULL OR (taken_at IS NOT NULL AND (given_at IS NOT NULL OR alone_because <> ''))",
        ),
        *keys(
            "handovers", organisation_id="organisations", term_id="office_terms", left_term_id="office_terms"
        ),
        primary("handovers"),
        unique("handovers", "term_id"),
    )
    op.create_table(
        "handover_items",
        number("id"),
        number("handover_id"),
        number("position"),
        sa.Column("what", sa.String(length=200), nullable=False),
        words("note"),
        sa.Column("received", sa.Boolean(), nullable=False),
        *keys("handover_items", handover_id="handovers"),
        primary("handover_items"),
        unique("handover_items", "handover_id", "position"),
    )
    for table, columns in (
        ("meeting_chairs", "meeting_id membership_id"),
        (
            "seat_offers",
            "organisation_id office_id membership_id left_term_id election_id offered_by_id version_id",
        ),
        ("handovers", "organisation_id left_term_id"),
    ):
        for column in columns.split():
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
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
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
