"""Amendments with the articles they change, their vote and what became of them; the day zone and currency change."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_amendments"
down_revision = "2026_11_22_ballot_officers"
branch_labels = None
depends_on = None


def differ(*columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns)


SETTLED = (
    "(SELECT 1 FROM amendments WHERE id = {row}.amendment_id "
    "AND (handed_in_at IS NOT NULL OR withdrawn_at IS NOT NULL))"
)
LOCK = "1 FROM amendments WHERE id = {row}.amendment_id FOR SHARE"
STANDS = "amended_articles: the words stand once an amendment is handed in"
# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    ("amendments", "kept", ("DELETE",), "amendments: a row is never deleted", "TRUE", ""),
    (
        "amendments",
        "as_handed_in",
        ("UPDATE",),
        "amendments: the words stand once it is handed in",
        "(OLD.handed_in_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL) AND ("
        + differ("base_id", "title", "reasons", "handed_in_at")
        + ")",
        "",
    ),
    (
        "amendments",
        "whose",
        ("UPDATE",),
        "amendments: an amendment stays with its drafter",
        differ("organisation_id", "number", "drafted_by_id", "drafted_at"),
        "",
    ),
    (
        "amendments",
        "put_once",
        ("UPDATE",),
        "amendments: it is put to the vote once, and again only if that ballot is void",
        "OLD.ballot_id IS NOT NULL AND NEW.ballot_id {differs} OLD.ballot_id "
        "AND NOT EXISTS (SELECT 1 FROM ballots WHERE id = OLD.ballot_id AND void_at IS NOT NULL)",
        "",
    ),
    (
        "amendments",
        "own_ballot",
        ("INSERT", "UPDATE"),
        "amendments: only a constitutional motion of its organisation decides on it",
        "NEW.ballot_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id "
        "AND organisation_id = NEW.organisation_id AND kind = 'motion' AND decision_class = 'constitutional')",
        "",
    ),
    (
        "amendments",
        "withdrawn_before_the_vote",
        ("INSERT", "UPDATE"),
        "amendments: withdrawn before it is put to the vote, and for good",
        "NEW.withdrawn_at IS NOT NULL AND NEW.ballot_id IS NOT NULL",
        "",
    ),
    (
        "amendments",
        "withdrawn_for_good",
        ("UPDATE",),
        "amendments: withdrawn before it is put to the vote, and for good",
        "OLD.withdrawn_at IS NOT NULL AND (" + differ("withdrawn_at") + ")",
        "",
    ),
    (
        "amendments",
        "settled_once",
        ("UPDATE",),
        "amendments: what became of it stands",
        "OLD.outcome IS NOT NULL AND (" + differ("outcome", "settled_at", "why", "version_id", "ballot_id") + ")",
        "",
    ),
    (
        "amendments",
        "settled_by_its_vote",
        ("INSERT", "UPDATE"),
        "amendments: only its own decision settles it",
        "NEW.outcome IS NOT NULL AND NOT EXISTS (SELECT 1 FROM decisions WHERE ballot_id = NEW.ballot_id "
        "AND (outcome = 'carried') = (NEW.outcome IN ('passed', 'stale')))",
        "",
    ),
    (
        "amendments",
        "passed_as_a_version",
        ("INSERT", "UPDATE"),
        "amendments: the version it became is of the same decision",
        "NEW.version_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM constitution_versions v "
        "JOIN decisions d ON d.id = v.decision_id WHERE v.id = NEW.version_id AND d.ballot_id = NEW.ballot_id)",
        "",
    ),
    (
        "amended_articles",
        "joins_a_draft",
        ("INSERT",),
        STANDS,
        f"EXISTS {SETTLED.format(row='NEW')}",
        LOCK.format(row="NEW"),
    ),
    (
        "amended_articles",
        "changes_in_a_draft",
        ("UPDATE",),
        STANDS,
        f"NEW.amendment_id <> OLD.amendment_id OR EXISTS {SETTLED.format(row='OLD')}",
        LOCK.format(row="OLD"),
    ),
    (
        "amended_articles",
        "leaves_a_draft",
        ("DELETE",),
        STANDS,
        f"EXISTS {SETTLED.format(row='OLD')}",
        LOCK.format(row="OLD"),
    ),
    (
        "constitution_versions",
        "registered_once",
        ("UPDATE",),
        "constitution_versions: a day of registration is set once",
        "OLD.registered_on IS NOT NULL AND (" + differ("registered_on") + ")",
        "",
    ),
    (
        "constitution_versions",
        "one_of_a_decision",
        ("INSERT",),
        "constitution_versions: a decision passes one version",
        "EXISTS (SELECT 1 FROM constitution_versions WHERE decision_id = NEW.decision_id)",
        "",
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


def instant(name, *, nullable=True):
    return sa.Column(name, coop.models.columns.Instant(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("organisations", sa.Column("changes_on", sa.Date(), nullable=True))
    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        instant("drafted_at", nullable=False),
        instant("handed_in_at"),
        instant("withdrawn_at"),
        sa.Column("ballot_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        instant("settled_at"),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome IN ('passed', 'lost', 'stale')", name=op.f("ck_amendments_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name=op.f("ck_amendments_settled")),
        sa.CheckConstraint(
            "(COALESCE(outcome, '') = 'passed') = (version_id IS NOT NULL)", name=op.f("ck_amendments_version")
        ),
        sa.CheckConstraint("(COALESCE(outcome, '') = 'stale') = (why <> '')", name=op.f("ck_amendments_why")),
        sa.CheckConstraint("outcome IS NULL OR ballot_id IS NOT NULL", name=op.f("ck_amendments_by_vote")),
        sa.CheckConstraint(
            "ballot_id IS NULL OR handed_in_at IS NOT NULL", name=op.f("ck_amendments_put_when_handed_in")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_amendments_{column}"))
            for column, target in (
                ("ballot_id", "ballots"),
                ("base_id", "constitution_versions"),
                ("drafted_by_id", "memberships"),
                ("organisation_id", "organisations"),
                ("version_id", "constitution_versions"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_amendments_ballot_id")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_amendments_organisation_id_number")),
    )
    for column in ("base_id", "drafted_by_id", "organisation_id", "version_id"):
        op.create_index(op.f(f"ix_amendments_{column}"), "amendments", [column])
    op.create_table(
        "amended_articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("amendment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaces", sa.String(length=64), nullable=False),
        sa.CheckConstraint("text <> '' OR replaces <> ''", name=op.f("ck_amended_articles_does_something")),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amended_articles_amendment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amended_articles")),
        sa.UniqueConstraint("amendment_id", "number", name=op.f("uq_amended_articles_amendment_id_number")),
    )
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in ("amendments", "amended_articles"):
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table, name, events, *_ in GUARDS:
        if table != "constitution_versions":
            continue
        if dialect == "postgresql":
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
        else:
            for event in events:
                op.execute(f"DROP TRIGGER {table}_{name}_{event.lower()}")
    op.drop_table("amended_articles")
    op.drop_table("amendments")
    if dialect == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
    op.drop_column("organisations", "changes_on")
