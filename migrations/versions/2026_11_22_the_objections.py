"""What voters are told (mailings, letters), how they object (contests of the roll, challenges), and the guards of both."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_objections"
down_revision = "2026_11_22_the_proxies"
branch_labels = None
depends_on = None

BALLOT = "FROM ballots WHERE id = NEW.ballot_id"
SHARE_BALLOT = f"1 {BALLOT} FOR SHARE"


def differ(*columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns)


ANSWER = differ("outcome", "answered_at", "answered_by")
WORDS = (  # erasing empties them, nothing else changes them
    "(NEW.text <> OLD.text AND NEW.text <> '') OR (NEW.answer <> OLD.answer AND NEW.answer <> '')"
)
# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    *(
        (table, "kept", ("DELETE",), f"{table}: a row is never deleted", "TRUE", "")
        for table in ("ballot_mailings", "roll_contests", "challenges")
    ),
    ("ballot_letters", "kept", ("UPDATE", "DELETE"), "ballot_letters: a row is never changed or deleted", "TRUE", ""),
    (
        "ballot_mailings",
        "told_once",
        ("UPDATE",),
        "ballot_mailings: told once, posted once",
        f"{differ('ballot_id', 'kind')} OR (OLD.queued_at IS NOT NULL AND ({differ('queued_at', 'due_at')})) "
        f"OR (OLD.posted_at IS NOT NULL AND ({differ('posted_at', 'posted_by')}))",
        "",
    ),
    (
        "roll_contests",
        "whose",
        ("UPDATE",),
        "roll_contests: a contest stays with its member",
        differ("ballot_id", "membership_id", "contested_at"),
        "",
    ),
    (
        "roll_contests",
        "answered_once",
        ("UPDATE",),
        "roll_contests: an answer stands",
        f"OLD.outcome IS NOT NULL AND ({ANSWER} OR {WORDS})",
        "",
    ),
    (
        "roll_contests",
        "before_opening",
        ("INSERT",),
        "roll_contests: the roll is contested before the ballot opens",
        f"NOT EXISTS (SELECT 1 {BALLOT} AND announced_at IS NOT NULL AND opened_at IS NULL AND void_at IS NULL)",
        SHARE_BALLOT,
    ),
    (
        "roll_contests",
        "answered_before_opening",
        ("UPDATE",),
        "roll_contests: the roll is contested before the ballot opens",
        f"({ANSWER} OR {WORDS}) AND EXISTS (SELECT 1 {BALLOT} AND opened_at IS NOT NULL)",
        SHARE_BALLOT,
    ),
    (
        "challenges",
        "as_made",
        ("UPDATE",),
        "challenges: a challenge is never changed",
        differ("ballot_id", "membership_id", "reason", "named", "made_at"),
        "",
    ),
    (
        "challenges",
        "answered_once",
        ("UPDATE",),
        "challenges: an answer stands",
        f"OLD.outcome IS NOT NULL AND ({differ('outcome', 'answer', 'answered_at', 'answered_by')})",
        "",
    ),
    (
        "challenges",
        "of_a_result",
        ("INSERT",),
        "challenges: only a counted result that stands is challenged",
        f"NOT EXISTS (SELECT 1 {BALLOT} AND sealed_at IS NOT NULL AND void_at IS NULL)",
        SHARE_BALLOT,
    ),
    (
        "ballots",
        "void_after_sealing",
        ("UPDATE",),
        "ballots: a counted result becomes void by an upheld challenge, and by nothing else",
        "OLD.sealed_at IS NOT NULL AND OLD.void_at IS NULL AND NEW.void_at IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM challenges WHERE ballot_id = NEW.id AND outcome = 'upheld')",
        "",
    ),
    (
        "constitution_versions",
        "void_with_its_decision",
        ("INSERT", "UPDATE"),
        "constitution_versions: a version is void with its decision, and then never comes into force",
        "NEW.void_at IS NOT NULL AND (NEW.in_force_on IS NOT NULL OR NOT EXISTS (SELECT 1 FROM decisions d "
        "JOIN ballots b ON b.id = d.ballot_id WHERE d.id = NEW.decision_id AND b.void_at IS NOT NULL))",
        "",
    ),
    (
        "constitution_versions",
        "void_for_good",
        ("UPDATE",),
        "constitution_versions: void is void",
        f"OLD.void_at IS NOT NULL AND {differ('void_at')}",
        "",
    ),
]
SET_ONCE = f"(OLD.in_force_on IS NOT NULL) AND ({differ('in_force_on')})"
DATES = (
    "constitution_versions",
    "dates",
    ("UPDATE",),
    "constitution_versions: a day in force is set once",
)
DATES_BEFORE = (*DATES, SET_ONCE, "")
DATES_NOW = (*DATES, f"{SET_ONCE} AND NEW.void_at IS NULL", "")


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
    back = "COALESCE(NEW, OLD)" if "DELETE" in events else "NEW"
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {first} "
        f"IF ({when}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; RETURN {back}; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
    ]


def dropped(dialect, table, name, events, *_):
    trigger = f"{table}_{name}"
    if dialect == "sqlite":
        return [f"DROP TRIGGER {trigger}_{event.lower()}" for event in events]
    return [f"DROP TRIGGER {trigger} ON {table}", f"DROP FUNCTION {trigger}()"]


def instant(name, *, nullable=True):
    return sa.Column(name, coop.models.columns.Instant(timezone=True), nullable=nullable)


def keys(table, **targets):
    return [
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, target in targets.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def make_mailings() -> None:
    op.create_table(
        "ballot_mailings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        instant("due_at", nullable=False),
        instant("queued_at"),
        instant("posted_at"),
        sa.Column("posted_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opening', 'reminder', 'outcome', 'void')", name=op.f("ck_ballot_mailings_kind")
        ),
        sa.CheckConstraint("(posted_at IS NULL) = (posted_by = '')", name=op.f("ck_ballot_mailings_posted_by")),
        *keys("ballot_mailings", ballot_id="ballots"),
        sa.UniqueConstraint("ballot_id", "kind", name=op.f("uq_ballot_mailings_ballot_id_kind")),
    )
    op.create_index(
        "ix_ballot_mailings_waiting",
        "ballot_mailings",
        ["due_at"],
        sqlite_where=sa.text("queued_at IS NULL"),
        postgresql_where=sa.text("queued_at IS NULL"),
    )
    op.create_table(
        "ballot_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        *keys("ballot_letters", mailing_id="ballot_mailings", membership_id="memberships"),
        sa.UniqueConstraint("mailing_id", "membership_id", name=op.f("uq_ballot_letters_mailing_id_membership_id")),
    )
    op.create_index(op.f("ix_ballot_letters_membership_id"), "ballot_letters", ["membership_id"])


def make_objections() -> None:
    for table, own, says in (
        (
            "roll_contests",
            [sa.Column("text", sa.Text(), nullable=False), instant("contested_at", nullable=False)],
            {"answer": "outcome IS NULL OR answer <> '' OR text = ''"},
        ),
        (
            "challenges",
            [
                sa.Column("reason", sa.Text(), nullable=False),
                sa.Column("named", sa.Boolean(), nullable=False),
                instant("made_at", nullable=False),
            ],
            {"reason": "reason <> ''", "answer": "(outcome IS NULL) = (answer = '')"},
        ),
    ):
        checks = {
            "outcome": "outcome IS NULL OR outcome IN ('upheld', 'dismissed')",
            "answered": "(outcome IS NULL) = (answered_at IS NULL)",
        } | says
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("ballot_id", sa.Integer(), nullable=False),
            sa.Column("membership_id", sa.Integer(), nullable=False),
            *own,
            sa.Column("outcome", sa.String(length=10), nullable=True),
            sa.Column("answer", sa.Text(), nullable=False),
            instant("answered_at"),
            sa.Column("answered_by", sa.String(length=80), nullable=False),
            *(sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in checks.items()),
            *keys(table, ballot_id="ballots", membership_id="memberships"),
            sa.UniqueConstraint("ballot_id", "membership_id", name=op.f(f"uq_{table}_ballot_id_membership_id")),
        )
        op.create_index(op.f(f"ix_{table}_membership_id"), table, ["membership_id"])


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    make_mailings()
    make_objections()
    op.add_column("memberships", sa.Column("reminders", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("outbox", sa.Column("batch", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_outbox_batch"), "outbox", ["batch"])
    op.add_column("constitution_versions", instant("void_at"))
    statements = dropped(dialect, *DATES_BEFORE) + created(dialect, *DATES_NOW)
    for guard in GUARDS:
        statements += created(dialect, *guard)
    if dialect == "postgresql":
        statements += [
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            for table in ("ballot_mailings", "ballot_letters", "roll_contests", "challenges")
        ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    statements = [line for guard in reversed(GUARDS) for line in dropped(dialect, *guard)]
    for statement in statements + dropped(dialect, *DATES_NOW) + created(dialect, *DATES_BEFORE):
        op.execute(statement)
    op.drop_column("constitution_versions", "void_at")
    op.drop_index(op.f("ix_outbox_batch"), "outbox")
    op.drop_column("outbox", "batch")
    op.drop_column("memberships", "reminders")
    for table in ("challenges", "roll_contests", "ballot_letters", "ballot_mailings"):
        op.drop_table(table)
