"""Photos of candidates, which go with the candidacy, and who seconds a nomination."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_photos_and_seconders"
down_revision = "2026_11_22_no_samples_of_votes"
branch_labels = None
depends_on = None

CALL = (
    "(SELECT {what} FROM nomination_calls WHERE id = "
    "(SELECT call_id FROM nominations WHERE id = NEW.nomination_id))"
)
LOCK = (
    "1 FROM nomination_calls WHERE id = (SELECT call_id FROM nominations WHERE id = NEW.nomination_id) FOR SHARE"
)
FROZEN = f"{CALL.format(what='ballot_id')} IS NOT NULL OR {CALL.format(what='off_at')} IS NOT NULL"
# (table, name, events, what it says, condition, row to lock on PostgreSQL)
GUARDS = [
    ("secondings", "stands", ("UPDATE", "DELETE"), "secondings: a seconding stands", "TRUE", ""),
    (
        "secondings",
        "while_called",
        ("INSERT",),
        "secondings: frozen once the ballot is drawn up or the call is off",
        FROZEN,
        LOCK,
    ),
    (
        "secondings",
        "by_another",
        ("INSERT",),
        "secondings: nobody seconds their own nomination, or one they made",
        "EXISTS (SELECT 1 FROM nominations WHERE id = NEW.nomination_id "
        "AND NEW.membership_id IN (membership_id, proposer_id))",
        "",
    ),
    (
        "candidate_photos",
        "while_called",
        ("INSERT", "UPDATE"),
        "candidate_photos: frozen once the ballot is drawn up or the call is off",
        FROZEN,
        LOCK,
    ),
    (
        "candidate_photos",
        "of_who_stands",
        ("INSERT", "UPDATE"),
        "candidate_photos: only of a candidate who stands",
        "(SELECT state FROM nominations WHERE id = NEW.nomination_id) <> 'accepted'",
        "",
    ),
]
# Whoever steps back or is erased takes the photo along, whichever way the row was changed.
SWEEPS = [
    ("nominations", "photo_goes", "state", "NEW.state <> 'accepted'", "nomination_id = NEW.id"),
    (
        "memberships",
        "photos_go",
        "erased_at",
        "NEW.erased_at IS NOT NULL",
        "nomination_id IN (SELECT id FROM nominations WHERE membership_id = NEW.id)",
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


def swept(dialect, table, name, column, condition, which):
    trigger, sweep = f"{table}_{name}", f"DELETE FROM candidate_photos WHERE {which};"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {trigger} AFTER UPDATE OF {column} ON {table} WHEN ({condition}) BEGIN {sweep} END"
        ]
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {sweep} RETURN NULL; END $$",
        f"CREATE TRIGGER {trigger} AFTER UPDATE OF {column} ON {table} "
        f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {trigger}()",
    ]


def upgrade() -> None:
    op.create_table(
        "secondings",
        sa.Column("nomination_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("seconded_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_secondings_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nominations.id"], name=op.f("fk_secondings_nomination_id")
        ),
        sa.PrimaryKeyConstraint("nomination_id", "membership_id", name=op.f("pk_secondings")),
    )
    op.create_index(op.f("ix_secondings_membership_id"), "secondings", ["membership_id"])
    op.create_table(
        "candidate_photos",
        sa.Column("nomination_id", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nominations.id"], name=op.f("fk_candidate_photos_nomination_id")
        ),
        sa.PrimaryKeyConstraint("nomination_id", name=op.f("pk_candidate_photos")),
    )
    dialect = op.get_context().dialect.name
    for statements in (*(created(dialect, *one) for one in GUARDS), *(swept(dialect, *one) for one in SWEEPS)):
        for statement in statements:
            op.execute(statement)
    if dialect == "postgresql":
        op.execute(
            "CREATE TRIGGER secondings_never_emptied BEFORE TRUNCATE ON secondings "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
        )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table, name, *_ in SWEEPS:
        op.execute(f"DROP TRIGGER {table}_{name}" + ("" if dialect == "sqlite" else f" ON {table}"))
    op.drop_table("candidate_photos")
    op.drop_table("secondings")
    if dialect == "postgresql":
        for table, name, *_ in (*GUARDS, *SWEEPS):
            op.execute(f"DROP FUNCTION {table}_{name}()")
