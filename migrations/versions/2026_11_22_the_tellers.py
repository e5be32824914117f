"""Tellers, requests for a paper, batches entered by two people and their votes, with what the tables refuse of them."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_tellers"
down_revision = "2026_11_22_the_nominations"
branch_labels = None
depends_on = None

LIVE = (
    "EXISTS (SELECT 1 FROM ballots WHERE id = {row}.ballot_id AND opened_at IS NOT NULL AND sealed_at IS NULL "
    "AND void_at IS NULL)"
)
SHARE_BALLOT = "1 FROM ballots WHERE id = NEW.ballot_id FOR SHARE"
# A vote shares the ballot's row and a strike takes it alone: of the two at once the later sees the earlier.
LOCK_BALLOT = "1 FROM ballots WHERE id = NEW.ballot_id FOR UPDATE"
LOCK_BALLOT_OF_OLD = "1 FROM ballots WHERE id = OLD.ballot_id FOR UPDATE"
BATCH = "EXISTS (SELECT 1 FROM paper_batches b WHERE b.id = {row}.batch_id AND b.ballot_id = {row}.ballot_id AND {more})"
RUNNING = "b.confirmed_at IS NULL AND b.cancelled_at IS NULL"
ENTITLED = (
    "EXISTS (SELECT 1 FROM roll_entries r WHERE r.id = NEW.roll_entry_id AND r.ballot_id = NEW.ballot_id AND r.entitled)"
)
OF_THIS_BALLOT = "EXISTS (SELECT 1 FROM tellers t WHERE t.id = {who} AND t.ballot_id = NEW.ballot_id AND t.ended_at IS NULL)"
HAS_ENTERED = (
    "EXISTS (SELECT 1 FROM paper_batches b WHERE b.cancelled_at IS NULL "
    "AND (b.entered_by_id = OLD.id OR b.repeated_by_id = OLD.id))"
)
STRUCK = "EXISTS (SELECT 1 FROM paper_voters p WHERE p.roll_entry_id = NEW.roll_entry_id)"


def changed(columns: str) -> str:
    return " OR ".join(
        f"CAST(NEW.{column} AS TEXT) {{differs}} CAST(OLD.{column} AS TEXT)" for column in columns.split()
    )


# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    ("tellers", "kept", ("DELETE",), "tellers: a row is never deleted", "TRUE", ""),
    (
        "tellers",
        "whose",
        ("UPDATE",),
        "tellers: an appointment stays with its member and ballot",
        changed("ballot_id membership_id"),
        "",
    ),
    (
        "tellers",
        "no_candidate",
        ("INSERT", "UPDATE"),
        "tellers: a candidate never counts, nor a member of another organisation",
        "NEW.ended_at IS NULL AND (EXISTS (SELECT 1 FROM ballot_options o WHERE o.ballot_id = NEW.ballot_id "
        "AND o.membership_id = NEW.membership_id) OR NOT EXISTS (SELECT 1 FROM ballots b JOIN memberships m "
        "ON m.organisation_id = b.organisation_id WHERE b.id = NEW.ballot_id AND m.id = NEW.membership_id))",
        "",
    ),
    (
        "tellers",
        "stay_with_what_they_entered",
        ("UPDATE",),
        "tellers: who entered papers stays",
        f"NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL AND {HAS_ENTERED}",
        "1 FROM ballots WHERE id = NEW.ballot_id FOR UPDATE",
    ),
    (
        "paper_requests",
        "on_the_roll",
        ("INSERT", "UPDATE"),
        "paper_requests: not on the roll of a ballot that is open",
        f"NOT {LIVE.format(row='NEW')} OR NOT {ENTITLED}",
        "",
    ),
    ("paper_batches", "kept", ("DELETE",), "paper_batches: a row is never deleted", "TRUE", ""),
    (
        "paper_batches",
        "while_open",
        ("INSERT", "UPDATE"),
        "paper_batches: the ballot is not open for papers",
        f"NOT {LIVE.format(row='NEW')}",
        LOCK_BALLOT,
    ),
    (
        "paper_batches",
        "by_tellers",
        ("INSERT", "UPDATE"),
        "paper_batches: entered by tellers of this ballot",
        f"NOT {OF_THIS_BALLOT.format(who='NEW.entered_by_id')} OR (NEW.repeated_by_id IS NOT NULL "
        f"AND NOT {OF_THIS_BALLOT.format(who='NEW.repeated_by_id')})",
        "",
    ),
    (
        "paper_batches",
        "begun_open",
        ("INSERT",),
        "paper_batches: a batch is confirmed after it was entered",
        "NEW.confirmed_at IS NOT NULL OR NEW.cancelled_at IS NOT NULL",
        "",
    ),
    (
        "paper_batches",
        "whose",
        ("UPDATE",),
        "paper_batches: ballot, number, channel and who entered it stand",
        changed("ballot_id number channel entered_by_id entered_at") + " OR (OLD.repeated_by_id IS NOT NULL "
        "AND NEW.repeated_by_id {differs} OLD.repeated_by_id)",
        "",
    ),
    (
        "paper_batches",
        "done_is_done",
        ("UPDATE",),
        "paper_batches: a confirmed or cancelled batch stands",
        "OLD.confirmed_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL",
        "",
    ),
    (
        "paper_batches",
        "adds_up",
        ("UPDATE",),
        "paper_batches: confirmed with as many voters as were struck",
        "NEW.confirmed_at IS NOT NULL AND (NEW.voters < 1 OR NEW.spoilt NOT BETWEEN 0 AND NEW.voters "
        "OR (NEW.channel <> 'roll-call' AND NEW.voters <> (SELECT COUNT(*) FROM paper_voters p "
        "WHERE p.batch_id = NEW.id)))",
        "",
    ),
    (
        "paper_voters",
        "enter",
        ("INSERT",),
        "paper_voters: struck from the roll of an open ballot, for a batch that is not confirmed",
        f"NOT {LIVE.format(row='NEW')} OR NOT {BATCH.format(row='NEW', more=RUNNING)} OR NOT {ENTITLED} "
        "OR EXISTS (SELECT 1 FROM roll_entries r JOIN paper_batches b ON b.id = NEW.batch_id "
        "WHERE r.id = NEW.roll_entry_id AND b.channel <> 'roll-call' AND (r.voting_class <> b.voting_class OR r.weight <> b.weight))",
        "",
    ),
    (
        "paper_voters",
        "not_voted",
        ("INSERT",),
        "paper_voters: has voted through the browser already",
        "EXISTS (SELECT 1 FROM votes v WHERE v.roll_entry_id = NEW.roll_entry_id) "
        "OR EXISTS (SELECT 1 FROM tokens_issued i WHERE i.roll_entry_id = NEW.roll_entry_id)",
        LOCK_BALLOT,
    ),
    ("paper_voters", "as_entered", ("UPDATE",), "paper_voters: a row is never changed", "TRUE", ""),
    (
        "paper_voters",
        "struck_is_struck",
        ("DELETE",),
        "paper_voters: struck once the batch is confirmed",
        f"NOT {BATCH.format(row='OLD', more=RUNNING)}",
        LOCK_BALLOT_OF_OLD,
    ),
    ("paper_votes", "kept", ("DELETE",), "paper_votes: a row is never deleted", "TRUE", ""),
    (
        "paper_votes",
        "what",
        ("UPDATE",),
        "paper_votes: papers are added, never taken or changed",
        changed("ballot_id voting_class weight choice") + " OR NEW.papers < OLD.papers",
        "",
    ),
    (
        "paper_votes",
        "within_the_struck",
        ("INSERT", "UPDATE"),
        "paper_votes: more papers than confirmed batches hold",
        f"NOT {LIVE.format(row='NEW')} OR NEW.papers + COALESCE((SELECT SUM(v.papers) FROM paper_votes v "
        "WHERE v.ballot_id = NEW.ballot_id AND v.voting_class = NEW.voting_class AND v.weight = NEW.weight "
        "AND v.choice <> NEW.choice), 0) > COALESCE((SELECT SUM(b.voters - b.spoilt) FROM paper_batches b "
        "WHERE b.ballot_id = NEW.ballot_id AND b.voting_class = NEW.voting_class AND b.weight = NEW.weight "
        "AND b.confirmed_at IS NOT NULL AND b.channel <> 'roll-call'), 0)",
        LOCK_BALLOT,
    ),
    ("votes", "not_struck", ("INSERT", "UPDATE"), "votes: struck, a paper vote is in", STRUCK, SHARE_BALLOT),
    ("tokens_issued", "not_struck", ("INSERT",), "tokens_issued: struck, a paper vote is in", STRUCK, SHARE_BALLOT),
    (
        "ballots",
        "papers_until",
        ("UPDATE",),
        "ballots: the time to count papers is frozen once a ballot is open",
        "OLD.opened_at IS NOT NULL AND " + changed("papers_until"),
        "",
    ),
]
NEVER_EMPTIED = ("tellers", "paper_batches", "paper_voters", "paper_votes")


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


def dropped(dialect, table, name, events):
    trigger = f"{table}_{name}"
    if dialect == "sqlite":
        return [f"DROP TRIGGER {trigger}_{event.lower()}" for event in events]
    return [f"DROP TRIGGER {trigger} ON {table}", f"DROP FUNCTION {trigger}()"]


def points(table, column, target):
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    instant = coop.models.columns.Instant(timezone=True)
    op.add_column("ballots", sa.Column("papers_until", instant, nullable=True))
    op.add_column("ballots", sa.Column("papers_to", sa.Text(), server_default="", nullable=False))
    op.execute(
        "ALTER TABLE votes ADD COLUMN given VARCHAR(10) DEFAULT 'online' NOT NULL "
        "CONSTRAINT ck_votes_given CHECK (given IN ('online', 'roll-call'))"
    )
    op.create_table(
        "tellers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("appointed_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("finished_at", instant, nullable=True),
        points("tellers", "ballot_id", "ballots"),
        points("tellers", "membership_id", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tellers")),
        sa.UniqueConstraint("ballot_id", "membership_id", name=op.f("uq_tellers_ballot_id_membership_id")),
    )
    op.create_index(op.f("ix_tellers_membership_id"), "tellers", ["membership_id"])
    op.create_table(
        "paper_requests",
        sa.Column("roll_entry_id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("sent_at", instant, nullable=True),
        sa.CheckConstraint("way IN ('post', 'hand')", name=op.f("ck_paper_requests_way")),
        points("paper_requests", "ballot_id", "ballots"),
        points("paper_requests", "roll_entry_id", "roll_entries"),
        sa.PrimaryKeyConstraint("roll_entry_id", name=op.f("pk_paper_requests")),
    )
    op.create_index(op.f("ix_paper_requests_ballot_id"), "paper_requests", ["ballot_id"])
    op.create_table(
        "paper_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("voting_class", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", instant, nullable=False),
        sa.Column("entered", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("repeated_by_id", sa.Integer(), nullable=True),
        sa.Column("repeated", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("spoilt", sa.Integer(), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", instant, nullable=True),
        sa.Column("cancelled_at", instant, nullable=True),
        sa.CheckConstraint(
            "channel IN ('room', 'post', 'paper', 'roll-call')", name=op.f("ck_paper_batches_channel")
        ),
        sa.CheckConstraint("entered_by_id <> repeated_by_id", name=op.f("ck_paper_batches_two_people")),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR (repeated_by_id IS NOT NULL AND spoilt IS NOT NULL AND cancelled_at IS NULL)",
            name=op.f("ck_paper_batches_confirmed"),
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL AND cancelled_at IS NULL) OR (entered IS NULL AND repeated IS NULL)",
            name=op.f("ck_paper_batches_forgotten"),
        ),
        points("paper_batches", "ballot_id", "ballots"),
        points("paper_batches", "entered_by_id", "tellers"),
        points("paper_batches", "repeated_by_id", "tellers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batches")),
        sa.UniqueConstraint("ballot_id", "number", name=op.f("uq_paper_batches_ballot_id_number")),
    )
    for column in ("entered_by_id", "repeated_by_id"):
        op.create_index(op.f(f"ix_paper_batches_{column}"), "paper_batches", [column])
    op.create_table(
        "paper_voters",
        sa.Column("roll_entry_id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        points("paper_voters", "ballot_id", "ballots"),
        points("paper_voters", "batch_id", "paper_batches"),
        points("paper_voters", "roll_entry_id", "roll_entries"),
        sa.PrimaryKeyConstraint("roll_entry_id", name=op.f("pk_paper_voters")),
    )
    for column in ("ballot_id", "batch_id"):
        op.create_index(op.f(f"ix_paper_voters_{column}"), "paper_voters", [column])
    op.create_table(
        "paper_votes",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("voting_class", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.CheckConstraint("papers >= 1", name=op.f("ck_paper_votes_papers")),
        points("paper_votes", "ballot_id", "ballots"),
        sa.PrimaryKeyConstraint("ballot_id", "voting_class", "weight", "choice", name=op.f("pk_paper_votes")),
    )
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in NEVER_EMPTIED:
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table, name, events, *_ in reversed(GUARDS):
        for statement in dropped(dialect, table, name, events):
            op.execute(statement)
    for table in ("paper_votes", "paper_voters", "paper_batches", "paper_requests", "tellers"):
        op.drop_table(table)
    op.drop_column("votes", "given")
    op.drop_column("ballots", "papers_to")
    op.drop_column("ballots", "papers_until")
