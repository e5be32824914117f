"""Motions that members move: their steps, seconders, words and reasons, with what the tables refuse of them."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_motions"
down_revision = "2026_11_22_mark_corrections"
branch_labels = None
depends_on = None

LAST = "(SELECT {what} FROM motion_steps WHERE motion_id = NEW.motion_id ORDER BY position DESC LIMIT 1)"
STEP = f"COALESCE({LAST.format(what='kind')}, '')"
# A step and what it may follow; a second vote only where the first was void.
FOLLOWS = (
    "'>submitted', '>withdrawn', 'submitted>seconded', 'submitted>withdrawn', 'seconded>admitted', "
    "'seconded>ruled_out', 'seconded>withdrawn', 'seconded>referred', 'admitted>put', 'admitted>withdrawn', "
    "'admitted>referred', 'ruled_out>appealed', 'ruled_out>withdrawn', 'appealed>appeal_put', "
    "'appealed>withdrawn', 'appeal_put>admitted', 'appeal_put>appeal_put', 'appeal_put>withdrawn', 'put>put', 'put>withdrawn', "
    "'put>referred'"
)
LAST_VOID = f"EXISTS (SELECT 1 FROM ballots WHERE id = {LAST.format(what='ballot_id')} AND void_at IS NOT NULL)"
LAST_CARRIED = (
    f"EXISTS (SELECT 1 FROM decisions WHERE ballot_id = {LAST.format(what='ballot_id')} "
    f"AND outcome = 'carried') AND NOT {LAST_VOID}"
)
DEBATE_UNTIL = (
    "(SELECT until FROM motion_steps WHERE motion_id = NEW.motion_id AND kind = 'admitted' "
    "ORDER BY position DESC LIMIT 1)"
)
MOVED = "(SELECT {what} FROM moved_motions WHERE motion_id = NEW.motion_id)"
MOTION = "1 FROM motions WHERE id = NEW.motion_id FOR UPDATE"
WORDS = "(SELECT text FROM motion_versions WHERE motion_id = {motion} ORDER BY number DESC LIMIT 1)"
OPENED = (
    "EXISTS (SELECT 1 FROM ballots WHERE motion_id = {motion} AND opened_at IS NOT NULL AND void_at IS NULL)"
)
BALLOTS = "1 FROM ballots WHERE motion_id = {motion} FOR SHARE"
OF_REASON = "(SELECT motion_id FROM motion_reasons WHERE id = {row}.reason_id)"
KEPT = ("moved_motions", "motion_steps", "motion_seconders", "motion_versions", "motion_reasons")
# (table, name, events, what it says, condition, row to lock on PostgreSQL)
GUARDS = [
    *((table, "stands", ("UPDATE", "DELETE"), f"{table}: a row stands", "TRUE", "") for table in KEPT),
    (
        "motion_steps",
        "in_order",
        ("INSERT",),
        "motion_steps: this step does not follow from the last",
        f"NEW.position <> COALESCE({LAST.format(what='position')}, 0) + 1 "
        f"OR ({STEP} || '>' || NEW.kind) NOT IN ({FOLLOWS}) "
        f"OR ({STEP} = 'put' AND NOT {LAST_VOID}) "
        f"OR (NEW.kind <> 'admitted' AND {STEP} = 'appeal_put' AND NOT {LAST_VOID}) "
        f"OR (NEW.kind = 'admitted' AND {STEP} = 'appeal_put' AND NOT ({LAST_CARRIED}))",
        MOTION,
    ),
    (
        "motion_steps",
        "moved",
        ("INSERT",),
        "motion_steps: the motion was not submitted",
        f"NEW.kind <> 'withdrawn' AND {MOVED.format(what='motion_id')} IS NULL",
        "",
    ),
    (
        "motion_steps",
        "seconders",
        ("INSERT",),
        "motion_steps: too few have seconded",
        "NEW.kind = 'seconded' AND (SELECT COUNT(*) FROM motion_seconders WHERE motion_id = NEW.motion_id) "
        f"< {MOVED.format(what='seconders')}",
        "",
    ),
    (
        "motion_steps",
        "times",
        ("INSERT",),
        "motion_steps: put to the vote during the debate, or after the motion lapsed",
        f"NEW.kind = 'put' AND (NEW.at < {DEBATE_UNTIL} OR NEW.at >= {MOVED.format(what='lapses_at')})",
        "",
    ),
    (
        "motion_steps",
        "own_ballot",
        ("INSERT",),
        "motion_steps: the ballot is for another motion",
        "NEW.kind = 'put' AND NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id "
        "AND motion_id = NEW.motion_id)",
        "",
    ),
    (
        "motion_seconders",
        "in_time",
        ("INSERT",),
        "motion_seconders: only a submitted motion, and in time",
        f"{STEP} <> 'submitted' OR NEW.seconded_at >= {MOVED.format(what='second_until')}",
        MOTION,
    ),
    (
        "motion_seconders",
        "by_another",
        ("INSERT",),
        "motion_seconders: nobody seconds their own motion",
        "NEW.membership_id = (SELECT proposer_id FROM motions WHERE id = NEW.motion_id)",
        "",
    ),
    (
        "motion_versions",
        "in_order",
        ("INSERT",),
        "motion_versions: the next version only, and of a motion not put",
        "NEW.number <> COALESCE((SELECT MAX(number) FROM motion_versions WHERE motion_id = NEW.motion_id), 0) + 1 "
        f"OR {STEP} IN ('ruled_out', 'appealed', 'appeal_put', 'withdrawn', 'referred') "
        f"OR ({STEP} = 'put' AND NOT {LAST_VOID})",
        MOTION,
    ),
    (
        "motions",
        "words",
        ("UPDATE",),
        "motions: the words of a submitted motion stand",
        f"EXISTS (SELECT 1 FROM moved_motions WHERE motion_id = NEW.id) AND (NEW.title <> OLD.title "
        f"OR NEW.kind <> OLD.kind OR NEW.body_id <> OLD.body_id OR NEW.text <> {WORDS.format(motion='NEW.id')})",
        "",
    ),
    (
        "ballots",
        "words_put",
        ("UPDATE",),
        "ballots: other words than those of the version put",
        "NEW.opened_at IS NOT NULL AND OLD.opened_at IS NULL "
        "AND EXISTS (SELECT 1 FROM moved_motions WHERE motion_id = NEW.motion_id) "
        f"AND NEW.text <> {WORDS.format(motion='NEW.motion_id')}",
        "",
    ),
    (
        "motion_reasons",
        "before_voting",
        ("INSERT",),
        "motion_reasons: frozen once the ballot is open",
        f"{MOVED.format(what='motion_id')} IS NULL OR {OPENED.format(motion='NEW.motion_id')}",
        BALLOTS.format(motion="NEW.motion_id"),
    ),
    (
        "motion_reasons",
        "reply",
        ("INSERT",),
        "motion_reasons: a reply is to a reason of the same motion",
        "NEW.reply_to_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM motion_reasons "
        "WHERE id = NEW.reply_to_id AND motion_id = NEW.motion_id AND side <> 'reply')",
        "",
    ),
    ("reason_supports", "stands", ("UPDATE",), "reason_supports: a row stands", "TRUE", ""),
    *(
        (
            "reason_supports",
            f"before_voting_{event.lower()}",
            (event,),
            "reason_supports: frozen once the ballot is open",
            OPENED.format(motion=OF_REASON.format(row=row)),
            BALLOTS.format(motion=OF_REASON.format(row=row)),
        )
        for event, row in (("INSERT", "NEW"), ("DELETE", "OLD"))
    ),
]
TABLES = (*KEPT, "reason_supports")


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
    gives = "OLD" if events == ("DELETE",) else "NEW"
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {first} "
        f"IF ({condition}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; RETURN {gives}; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
    ]


def instant(name, *, nullable=False):
    return sa.Column(name, coop.models.columns.Instant(timezone=True), nullable=nullable)


def number(name, *, nullable=False):
    return sa.Column(name, sa.Integer(), nullable=nullable)


def words(name):
    return sa.Column(name, sa.Text(), nullable=False)


def keys(table, **targets):
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def upgrade() -> None:
    op.create_table(
        "moved_motions",
        number("motion_id"),
        number("seconders"),
        sa.Column("rule", sa.JSON(), nullable=False),
        number("version_id"),
        sa.Column("zone", sa.String(length=60), nullable=False),
        instant("submitted_at"),
        instant("second_until"),
        instant("lapses_at"),
        sa.CheckConstraint("seconders >= 0", name=op.f("ck_moved_motions_seconders")),
        *keys("moved_motions", motion_id="motions", version_id="constitution_versions"),
        sa.PrimaryKeyConstraint("motion_id", name=op.f("pk_moved_motions")),
    )
    op.create_table(
        "motion_steps",
        number("id"),
        number("motion_id"),
        number("position"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        instant("at"),
        number("by_id", nullable=True),
        words("reason"),
        instant("until", nullable=True),
        number("ballot_id", nullable=True),
        number("body_id", nullable=True),
        number("decision_id", nullable=True),
        sa.CheckConstraint(
            "kind IN ('submitted', 'seconded', 'admitted', 'ruled_out', 'appealed', 'appeal_put', 'put', "
            "'withdrawn', 'referred')",
            name=op.f("ck_motion_steps_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('ruled_out', 'appealed', 'referred') OR reason <> ''", name=op.f("ck_motion_steps_reason")
        ),
        sa.CheckConstraint(
            "(kind IN ('put', 'appeal_put')) = (ballot_id IS NOT NULL)", name=op.f("ck_motion_steps_ballot")
        ),
        sa.CheckConstraint("(kind = 'referred') = (body_id IS NOT NULL)", name=op.f("ck_motion_steps_body")),
        sa.CheckConstraint("(kind = 'admitted') = (until IS NOT NULL)", name=op.f("ck_motion_steps_until")),
        *keys(
            "motion_steps",
            motion_id="motions",
            by_id="memberships",
            ballot_id="ballots",
            body_id="bodies",
            decision_id="decisions",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_steps")),
        sa.UniqueConstraint("motion_id", "position", name=op.f("uq_motion_steps_motion_id_position")),
    )
    op.create_table(
        "motion_seconders",
        number("motion_id"),
        number("membership_id"),
        instant("seconded_at"),
        *keys("motion_seconders", motion_id="motions", membership_id="memberships"),
        sa.PrimaryKeyConstraint("motion_id", "membership_id", name=op.f("pk_motion_seconders")),
    )
    op.create_table(
        "motion_versions",
        number("motion_id"),
        number("number"),
        words("text"),
        instant("made_at"),
        *keys("motion_versions", motion_id="motions"),
        sa.PrimaryKeyConstraint("motion_id", "number", name=op.f("pk_motion_versions")),
    )
    op.create_table(
        "motion_reasons",
        number("id"),
        number("motion_id"),
        number("number"),
        sa.Column("side", sa.String(length=10), nullable=False),
        number("reply_to_id", nullable=True),
        words("point"),
        words("source"),
        number("by_id"),
        instant("given_at"),
        sa.CheckConstraint("side IN ('for', 'against', 'reply')", name=op.f("ck_motion_reasons_side")),
        sa.CheckConstraint("(side = 'reply') = (reply_to_id IS NOT NULL)", name=op.f("ck_motion_reasons_reply")),
        sa.CheckConstraint("side = 'reply' OR source <> ''", name=op.f("ck_motion_reasons_source")),
        sa.CheckConstraint("point <> ''", name=op.f("ck_motion_reasons_point")),
        *keys("motion_reasons", motion_id="motions", reply_to_id="motion_reasons", by_id="memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_reasons")),
        sa.UniqueConstraint("motion_id", "number", name=op.f("uq_motion_reasons_motion_id_number")),
    )
    op.create_table(
        "reason_supports",
        number("reason_id"),
        number("membership_id"),
        *keys("reason_supports", reason_id="motion_reasons", membership_id="memberships"),
        sa.PrimaryKeyConstraint("reason_id", "membership_id", name=op.f("pk_reason_supports")),
    )
    for table, column in (
        ("moved_motions", "version_id"),
        ("motion_steps", "by_id"),
        ("motion_steps", "ballot_id"),
        ("motion_steps", "body_id"),
        ("motion_steps", "decision_id"),
        ("motion_seconders", "membership_id"),
        ("motion_reasons", "reply_to_id"),
        ("motion_reasons", "by_id"),
        ("reason_supports", "membership_id"),
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
        if table in ("motions", "ballots"):
            ends = [f"_{event.lower()}" for event in events] if dialect == "sqlite" else [""]
            for end in ends:
                op.execute(f"DROP TRIGGER {table}_{name}{end}" + ("" if dialect == "sqlite" else f" ON {table}"))
    for table in ("reason_supports", "motion_reasons", "motion_versions", "motion_seconders", "motion_steps"):
        op.drop_table(table)
    op.drop_table("moved_motions")
    if dialect == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
