"""Amendments to a motion: moved, accepted or voted on; each carried one makes the next version of its words."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_motion_amendments"
down_revision = "2026_11_22_offices_and_recall"
branch_labels = None
depends_on = None

TABLES = ("motion_amendments", "motion_amendment_steps", "motion_amendment_orders")
MOTION = "1 FROM motions WHERE id = NEW.motion_id FOR UPDATE"
STEP = "COALESCE((SELECT kind FROM motion_steps WHERE motion_id = NEW.motion_id ORDER BY position DESC LIMIT 1), '')"
DEBATE_UNTIL = (
    "(SELECT until FROM motion_steps WHERE motion_id = NEW.motion_id AND kind = 'admitted' "
    "ORDER BY position DESC LIMIT 1)"
)
LAPSES = "(SELECT lapses_at FROM moved_motions WHERE motion_id = NEW.motion_id)"
LATEST = "(SELECT MAX(number) FROM motion_versions WHERE motion_id = NEW.motion_id)"
WORDS = "(SELECT text FROM motion_versions WHERE motion_id = NEW.motion_id ORDER BY number DESC LIMIT 1)"
ONCE = "LENGTH({text}) - LENGTH(REPLACE({text}, {passage}, '')) = LENGTH({passage})"
# The last step of the amendment that gets another, and its ballot.
LAST = "(SELECT {what} FROM motion_amendment_steps WHERE amendment_id = NEW.amendment_id ORDER BY position DESC LIMIT 1)"
LAST_KIND = f"COALESCE({LAST.format(what='kind')}, '')"
LAST_BALLOT = LAST.format(what="ballot_id")
LAST_VOID = f"EXISTS (SELECT 1 FROM ballots WHERE id = {LAST_BALLOT} AND void_at IS NOT NULL)"
DECIDED = f"(SELECT outcome FROM decisions WHERE ballot_id = {LAST_BALLOT} AND ballot_id = NEW.ballot_id) "
# An amendment of the motion, other than this one, on which a vote is under way.
VOTED_ON = (
    "EXISTS (SELECT 1 FROM motion_amendment_steps put JOIN ballots ON ballots.id = put.ballot_id "
    "WHERE put.motion_id = NEW.motion_id AND put.kind = 'put' AND ballots.void_at IS NULL {but} "
    "AND NOT EXISTS (SELECT 1 FROM motion_amendment_steps over WHERE over.amendment_id = put.amendment_id "
    "AND over.kind <> 'put'))"
)
UNDECIDED = (
    "EXISTS (SELECT 1 FROM motion_amendments WHERE motion_id = NEW.motion_id AND NOT EXISTS ("
    "SELECT 1 FROM motion_amendment_steps over WHERE over.amendment_id = motion_amendments.id AND over.kind <> 'put'))"
)
# (table, name, events, what it says, condition, row to lock on PostgreSQL)
GUARDS = [
    *((table, "stands", ("UPDATE", "DELETE"), f"{table}: a row stands", "TRUE", "") for table in TABLES),
    (
        "motion_amendments",
        "in_time",
        ("INSERT",),
        "motion_amendments: the next one only, while the motion is seconded or debated, a stale one until it is put",
        "NEW.number <> COALESCE((SELECT MAX(number) FROM motion_amendments WHERE motion_id = NEW.motion_id), 0) + 1 "
        f"OR {STEP} NOT IN ('seconded', 'admitted') OR NEW.moved_at >= {LAPSES} "
        f"OR ({STEP} = 'admitted' AND NEW.again_of_id IS NULL AND NEW.moved_at >= {DEBATE_UNTIL})",
        MOTION,
    ),
    (
        "motion_amendments",
        "target",
        ("INSERT",),
        "motion_amendments: the passage does not stand once in the latest version",
        f"NEW.version <> {LATEST} OR NOT ({ONCE.format(text=WORDS, passage='NEW.passage')})",
        MOTION,
    ),
    (
        "motion_amendments",
        "again",
        ("INSERT",),
        "motion_amendments: only a stale one of the same motion and mover is moved again",
        "NEW.again_of_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM motion_amendments stale "
        "JOIN motion_amendment_steps over ON over.amendment_id = stale.id AND over.kind = 'stale' "
        "WHERE stale.id = NEW.again_of_id AND stale.motion_id = NEW.motion_id AND stale.proposer_id = NEW.proposer_id)",
        MOTION,
    ),
    (
        "motion_amendment_steps",
        "in_order",
        ("INSERT",),
        "motion_amendment_steps: this step does not follow from the last",
        f"NEW.position <> COALESCE({LAST.format(what='position')}, 0) + 1 "
        f"OR {LAST_KIND} NOT IN ('', 'put') "
        f"OR ({LAST_KIND} = '' AND NEW.kind IN ('carried', 'lost')) "
        f"OR ({LAST_KIND} = 'put' AND NEW.kind NOT IN ('carried', 'lost', 'fell') AND NOT {LAST_VOID}) "
        "OR NEW.motion_id <> (SELECT motion_id FROM motion_amendments WHERE id = NEW.amendment_id)",
        MOTION,
    ),
    (
        "motion_amendment_steps",
        "decided",
        ("INSERT",),
        "motion_amendment_steps: the vote on it decides, and nothing else",
        f"(NEW.kind = 'carried' AND (COALESCE({DECIDED}, '') <> 'carried' OR {LAST_VOID})) "
        f"OR (NEW.kind = 'lost' AND COALESCE({DECIDED}, 'carried') = 'carried')",
        MOTION,
    ),
    (
        "motion_amendment_steps",
        "one_vote",
        ("INSERT",),
        "motion_amendment_steps: another amendment to this motion is being voted on",
        "NEW.kind IN ('put', 'accepted') AND "
        + VOTED_ON.format(but="AND put.amendment_id <> NEW.amendment_id"),
        MOTION,
    ),
    (
        "motion_amendment_steps",
        "not_put",
        ("INSERT",),
        "motion_amendment_steps: an amendment is put while its motion is debated, accepted while it is not put",
        f"(NEW.kind = 'put' AND {STEP} <> 'admitted') "
        f"OR (NEW.kind IN ('accepted', 'carried') AND {STEP} NOT IN ('seconded', 'admitted'))",
        MOTION,
    ),
    (
        "motion_versions",
        "amended",
        ("INSERT",),
        "motion_versions: the next version is the last one as an accepted or carried amendment changes it",
        f"NEW.number > 1 AND NOT EXISTS (SELECT 1 FROM motion_amendments one "
        "JOIN motion_amendment_steps made ON made.amendment_id = one.id "
        "WHERE made.motion_id = NEW.motion_id AND made.version = NEW.number "
        f"AND {ONCE.format(text=WORDS, passage='one.passage')} "
        f"AND NEW.text = REPLACE({WORDS}, one.passage, one.becomes))",
        MOTION,
    ),
    (
        "motion_steps",
        "amendments",
        ("INSERT",),
        "motion_steps: amendments to the motion wait for their end",
        f"NEW.kind = 'put' AND {UNDECIDED}",
        MOTION,
    ),
    (
        "motion_amendment_orders",
        "in_order",
        ("INSERT",),
        "motion_amendment_orders: the next one only",
        "NEW.position <> COALESCE((SELECT MAX(position) FROM motion_amendment_orders "
        "WHERE motion_id = NEW.motion_id), 0) + 1",
        MOTION,
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


def instant(name):
    return sa.Column(name, coop.models.columns.Instant(timezone=True), nullable=False)


def number(name, *, nullable=False):
    return sa.Column(name, sa.Integer(), nullable=nullable)


def words(name):
    return sa.Column(name, sa.Text(), nullable=False)


def keys(table, **targets):
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def of_version(table, **more):
    return sa.ForeignKeyConstraint(
        ["motion_id", "version"],
        ["motion_versions.motion_id", "motion_versions.number"],
        name=op.f(f"fk_{table}_motion_id_version"),
        **more,
    )


def upgrade() -> None:
    op.create_table(
        "motion_amendments",
        number("id"),
        number("motion_id"),
        number("number"),
        number("version"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        words("passage"),
        words("becomes"),
        words("reason"),
        number("proposer_id"),
        instant("moved_at"),
        number("again_of_id", nullable=True),
        sa.CheckConstraint("kind IN ('replace', 'delete', 'insert')", name=op.f("ck_motion_amendments_kind")),
        sa.CheckConstraint("passage <> '' AND passage <> becomes", name=op.f("ck_motion_amendments_passage")),
        sa.CheckConstraint("(kind = 'delete') = (becomes = '')", name=op.f("ck_motion_amendments_becomes")),
        *keys(
            "motion_amendments",
            motion_id="motions",
            proposer_id="memberships",
            again_of_id="motion_amendments",
        ),
        of_version("motion_amendments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_amendments")),
        sa.UniqueConstraint("motion_id", "number", name=op.f("uq_motion_amendments_motion_id_number")),
        sa.UniqueConstraint("again_of_id", name=op.f("uq_motion_amendments_again_of_id")),
    )
    op.create_table(
        "motion_amendment_steps",
        number("id"),
        number("motion_id"),
        number("amendment_id"),
        number("position"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        instant("at"),
        number("by_id", nullable=True),
        number("ballot_id", nullable=True),
        number("version", nullable=True),
        words("says"),
        sa.CheckConstraint(
            "kind IN ('put', 'accepted', 'carried', 'lost', 'stale', 'withdrawn', 'fell')",
            name=op.f("ck_motion_amendment_steps_kind"),
        ),
        sa.CheckConstraint(
            "(kind IN ('put', 'carried', 'lost')) = (ballot_id IS NOT NULL)",
            name=op.f("ck_motion_amendment_steps_ballot"),
        ),
        sa.CheckConstraint(
            "(kind IN ('accepted', 'carried')) = (version IS NOT NULL)",
            name=op.f("ck_motion_amendment_steps_version"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('stale', 'fell') OR says <> ''", name=op.f("ck_motion_amendment_steps_says")
        ),
        *keys(
            "motion_amendment_steps",
            motion_id="motions",
            amendment_id="motion_amendments",
            by_id="memberships",
            ballot_id="ballots",
        ),
        of_version("motion_amendment_steps", deferrable=True, initially="DEFERRED"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_amendment_steps")),
        sa.UniqueConstraint(
            "amendment_id", "position", name=op.f("uq_motion_amendment_steps_amendment_id_position")
        ),
        sa.UniqueConstraint("ballot_id", "kind", name=op.f("uq_motion_amendment_steps_ballot_id_kind")),
    )
    op.create_table(
        "motion_amendment_orders",
        number("id"),
        number("motion_id"),
        number("position"),
        sa.Column("numbers", sa.JSON(), nullable=False),
        number("by_id"),
        instant("made_at"),
        *keys("motion_amendment_orders", motion_id="motions", by_id="memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_amendment_orders")),
        sa.UniqueConstraint(
            "motion_id", "position", name=op.f("uq_motion_amendment_orders_motion_id_position")
        ),
    )
    for table, column in (
        ("motion_amendments", "proposer_id"),
        ("motion_amendment_steps", "motion_id"),
        ("motion_amendment_steps", "by_id"),
        ("motion_amendment_orders", "by_id"),
    ):
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
    dialect = op.get_context().dialect.name
    for table, name, events, *_ in GUARDS:
        if table not in TABLES:
            ends = [f"_{event.lower()}" for event in events] if dialect == "sqlite" else [""]
            for end in ends:
                op.execute(
                    f"DROP TRIGGER {table}_{name}{end}" + ("" if dialect == "sqlite" else f" ON {table}")
                )
    op.drop_table("motion_amendment_orders")
    op.drop_table("motion_amendment_steps")
    op.drop_table("motion_amendments")
    if dialect == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
