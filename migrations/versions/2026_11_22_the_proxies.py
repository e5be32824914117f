"""Proxies in ballots, who cast a vote for another, and what the tables refuse of both."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_proxies"
down_revision = "2026_11_22_the_secret_ballots"
branch_labels = None
depends_on = None

STANDS = "NEW.state = 'named'"
# Two who name at once must see each other. The first guard by name takes the row alone: to share it first and
# want it alone then, two at once, would never end.
ALONE = f"1 FROM ballots WHERE id = NEW.ballot_id AND {STANDS} FOR UPDATE"
SHARED = "1 FROM ballots WHERE id = NEW.ballot_id FOR SHARE"
BALLOT = "SELECT {what} FROM ballots WHERE id = NEW.ballot_id"
ON_ROLL = (
    "EXISTS (SELECT 1 FROM roll_entries WHERE ballot_id = NEW.ballot_id AND membership_id = {who} AND entitled)"
)
OTHERS = "SELECT {what} FROM proxies p WHERE p.ballot_id = NEW.ballot_id AND p.state = 'named' AND p.id {{differs}} NEW.id"
# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    (
        "proxies",
        "chain",
        ("INSERT", "UPDATE"),
        "proxies: who gave a proxy holds none, and who holds one gives none",
        f"{STANDS} AND EXISTS ({OTHERS.format(what='1')} AND (p.giver_id = NEW.holder_id OR p.holder_id = NEW.giver_id))",
        ALONE,
    ),
    (
        "proxies",
        "kept",
        ("DELETE",),
        "proxies: a row is never deleted",
        "TRUE",
        "",
    ),
    (
        "proxies",
        "limit",
        ("INSERT", "UPDATE"),
        "proxies: the holder carries as many as the rule allows",
        # Before a ballot opens its rule is not frozen, and the bound of the provision holds.
        f"{STANDS} AND ({OTHERS.format(what='COUNT(*)')} AND p.holder_id = NEW.holder_id) "
        f">= COALESCE(({BALLOT.format(what='{limit}')}), 10)",
        ALONE,
    ),
    (
        "proxies",
        "on_roll",
        ("INSERT", "UPDATE"),
        "proxies: giver and holder stand on the roll of the ballot",
        f"{STANDS} AND ({BALLOT.format(what='opened_at')}) IS NOT NULL "
        f"AND NOT ({ON_ROLL.format(who='NEW.giver_id')} AND {ON_ROLL.format(who='NEW.holder_id')})",
        "",
    ),
    (
        "proxies",
        "personal_token",
        ("INSERT", "UPDATE"),
        "proxies: in a secret ballot nobody votes for another",
        f"{STANDS} AND ({BALLOT.format(what='secrecy')}) = 'secret'",
        "",
    ),
    (
        "proxies",
        "whose",
        ("UPDATE",),
        "proxies: a proxy stays with its giver and ballot",
        "NEW.ballot_id <> OLD.ballot_id OR NEW.giver_id <> OLD.giver_id",
        "",
    ),
    (
        "proxies",
        "while_voting",
        ("INSERT", "UPDATE"),
        "proxies: frozen before the ballot is announced and once it is sealed or void",
        "NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id AND sealed_at IS NULL AND void_at IS NULL "
        "AND (announced_at IS NOT NULL OR opened_at IS NOT NULL))",
        SHARED,
    ),
    (
        "votes",
        "by_proxy",
        ("INSERT", "UPDATE"),
        "votes: only the holder of a proxy votes for another",
        "NEW.cast_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM proxies p JOIN roll_entries e ON e.id = NEW.roll_entry_id "
        "WHERE p.ballot_id = NEW.ballot_id AND p.giver_id = e.membership_id AND p.holder_id = NEW.cast_by_id "
        "AND p.state = 'named')",
        "",
    ),
    (
        "votes",
        "own_stays",
        ("UPDATE",),
        "votes: what a member cast themselves is replaced by nobody else",
        "NEW.cast_by_id IS NOT NULL AND OLD.cast_by_id IS NULL",
        "",
    ),
]
LIMIT = {
    "sqlite": "json_extract(rule, '$.proxies.limit')",
    "postgresql": "CAST(rule -> 'proxies' ->> 'limit' AS INTEGER)",
}


def created(dialect, table, name, events, says, condition, lock):
    trigger = f"{table}_{name}"
    differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    when = condition.format(differs=differs, limit=LIMIT[dialect])
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {trigger}_{event.lower()} BEFORE {event} ON {table} "
            f"WHEN ({when}) BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for event in events
        ]
    first = (
        "IF current_setting('transaction_isolation') <> 'read committed' THEN "
        f"RAISE EXCEPTION '{table}: written under READ COMMITTED only' USING ERRCODE = '23514'; END IF; "
        f"PERFORM {lock};"
        if lock
        else ""
    )
    # The vote that a member casts themselves, which is nearly every one, is not held up by a function.
    rarely = "WHEN (NEW.cast_by_id IS NOT NULL) " if table == "votes" else ""
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {first} "
        f"IF ({when}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; "
        f"RETURN {'OLD' if events == ('DELETE',) else 'NEW'}; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW {rarely}EXECUTE FUNCTION {trigger}()",
    ]


def upgrade() -> None:
    op.create_table(
        "proxies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("named_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("giver_id <> holder_id", name=op.f("ck_proxies_another")),
        sa.CheckConstraint(
            "state IN ('named', 'declined', 'revoked', 'lapsed')", name=op.f("ck_proxies_state")
        ),
        sa.CheckConstraint("(state = 'lapsed') = (reason <> '')", name=op.f("ck_proxies_reason")),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_proxies_{column}"))
            for column, target in (
                ("ballot_id", "ballots"),
                ("giver_id", "memberships"),
                ("holder_id", "memberships"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxies")),
        sa.UniqueConstraint("ballot_id", "giver_id", name=op.f("uq_proxies_ballot_id_giver_id")),
    )
    op.create_index("ix_proxies_holder", "proxies", ["ballot_id", "holder_id"])
    for column in ("giver_id", "holder_id"):
        op.create_index(op.f(f"ix_proxies_{column}"), "proxies", [column])
    # By hand: SQLite adds a key only together with its column, and a table made anew would lose its triggers.
    op.execute(
        "ALTER TABLE votes ADD COLUMN cast_by_id INTEGER "
        "CONSTRAINT fk_votes_cast_by_id REFERENCES memberships (id)"
    )
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        op.execute(
            "CREATE TRIGGER proxies_never_emptied BEFORE TRUNCATE ON proxies "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
        )


def downgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    for table, name, events, *_ in GUARDS:
        if table == "votes":
            triggers = [f"{table}_{name}"] if postgresql else [f"{table}_{name}_{one.lower()}" for one in events]
            for trigger in triggers:
                op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if postgresql else ""))
    op.execute("ALTER TABLE votes DROP COLUMN cast_by_id")
    op.drop_table("proxies")
    if postgresql:
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
