"""What the tables refuse of secret ballots, and the one way in which their rows are written again at the end.

SQLite keeps tokens and votes in the order of their keys, and VACUUM writes the file anew: nothing is ever
deleted. PostgreSQL would keep the order in which rows came in its pages and transaction numbers, so the
transaction that ends a secret ballot empties both tables and puts every row back, sorted. Only that one
may: it says so by a row in `sealings`, which notes what the tables hold, and at the commit they must hold the
same again.
"""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_secret_ballots"
down_revision = "2026_11_22_the_weights"
branch_labels = None
depends_on = None


def changed(*columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns)


SECRET = "SELECT 1 FROM ballots WHERE id = NEW.ballot_id AND secrecy = 'secret'"
# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    (
        "ballots",
        "secrecy_announced",
        ("UPDATE",),
        "ballots: secrecy stands once a ballot is announced",
        f"OLD.announced_at IS NOT NULL AND ({changed('secrecy', 'announced_at')})",
        "",
    ),
    (
        "ballots",
        "keys_destroyed",
        ("UPDATE",),
        "ballots: a secret ballot ends only once its private keys are destroyed",
        "NEW.secrecy = 'secret' AND ((OLD.sealed_at IS NULL AND NEW.sealed_at IS NOT NULL) "
        "OR (OLD.void_at IS NULL AND NEW.void_at IS NOT NULL)) "
        "AND EXISTS (SELECT 1 FROM signing_keys WHERE ballot_id = NEW.id AND private_sealed IS NOT NULL)",
        "",
    ),
    ("signing_keys", "kept", ("DELETE",), "signing_keys: a row is never deleted", "TRUE", ""),
    (
        "signing_keys",
        "before_announcement",
        ("INSERT",),
        "signing_keys: the keys of a secret ballot are fixed at its announcement",
        f"NOT EXISTS ({SECRET} AND announced_at IS NULL AND opened_at IS NULL AND void_at IS NULL)",
        "1 FROM ballots WHERE id = NEW.ballot_id FOR UPDATE",
    ),
    (
        "signing_keys",
        "only_destroyed",
        ("UPDATE",),
        "signing_keys: a private key is destroyed, and nothing else of a key changes",
        f"{changed('ballot_id', 'purpose', 'public_jwk')} "
        "OR (NEW.private_sealed IS NOT NULL AND NEW.private_sealed {differs} OLD.private_sealed)",
        "",
    ),
    ("sealings", "kept", ("DELETE",), "sealings: a row is never deleted", "TRUE", ""),
    (
        "sealings",
        "of_what_runs",
        ("INSERT",),
        "sealings: a secret ballot ends once",
        f"NOT EXISTS ({SECRET} AND sealed_at IS NULL AND void_at IS NULL)",
        "",
    ),
    (
        "sealings",
        "only_scrubbed",
        ("UPDATE",),
        "sealings: what was sealed stands",
        f"{changed('ballot_id', 'rows_digest', 'in_transaction')} "
        f"OR (OLD.sorted_at IS NOT NULL AND ({changed('sorted_at')})) "
        f"OR (OLD.scrubbed_at IS NOT NULL AND ({changed('scrubbed_at')}))",
        "",
    ),
]
# What is asked of a row that comes in, and not of one that comes back: (table, name, events)
COMING_IN = (
    ("tokens_issued", "only_while_open", ("INSERT",)),
    ("tokens_issued", "not_struck", ("INSERT",)),
    ("secret_votes", "only_while_open", ("INSERT", "UPDATE")),
)

# What both tables hold, whatever the order their rows lie in.
ROWS_DIGEST = """
CREATE FUNCTION secret_rows_digest() RETURNS text LANGUAGE sql AS $$
  SELECT md5(
    coalesce((SELECT string_agg(md5(v::text), '' ORDER BY serial, ballot_id) FROM secret_votes v), '')
    || '/' ||
    coalesce((SELECT string_agg(md5(t::text), '' ORDER BY roll_entry_id) FROM tokens_issued t), '')
  )
$$
"""
BEING_SEALED = """
CREATE FUNCTION secret_ballot_ends_here() RETURNS boolean LANGUAGE sql AS $$
  SELECT EXISTS (SELECT 1 FROM sealings WHERE in_transaction = pg_current_xact_id()::text)
$$
"""
NOTE_ROWS = """
CREATE FUNCTION sealings_note_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.rows_digest := secret_rows_digest();
  NEW.in_transaction := pg_current_xact_id()::text;
  RETURN NEW;
END $$
"""
SAME_ROWS = """
CREATE FUNCTION sealings_same_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.rows_digest <> secret_rows_digest() THEN
    RAISE EXCEPTION 'sealings: the tokens and votes that were there must be there again' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id AND (sealed_at IS NOT NULL OR void_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'sealings: the ballot goes on' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""
EMPTIED_AT_THE_END = """
CREATE FUNCTION emptied_at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT secret_ballot_ends_here() THEN
    RAISE EXCEPTION '%: a row is never deleted', TG_TABLE_NAME USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""


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


def coming_in(table, name, events, when=""):
    """The trigger as it was, or resting while rows come back."""
    trigger = f"{table}_{name}"
    return [
        f"DROP TRIGGER {trigger} ON {table}",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW {when}EXECUTE FUNCTION {trigger}()",
    ]


def run(*statements):
    for statement in statements:
        op.execute(statement)


def upgrade() -> None:
    op.create_table(
        "sealings",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("rows_digest", sa.String(length=64), nullable=False),
        sa.Column("in_transaction", sa.String(length=30), nullable=False),
        sa.Column("sorted_at", coop.models.columns.Instant(timezone=True), nullable=True),
        sa.Column("scrubbed_at", coop.models.columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_sealings_ballot_id")),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_sealings")),
    )
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        run(*created(dialect, *guard))
    if dialect != "postgresql":
        return
    run(
        ROWS_DIGEST,
        BEING_SEALED,
        NOTE_ROWS,
        SAME_ROWS,
        EMPTIED_AT_THE_END,
        "CREATE TRIGGER sealings_note_rows BEFORE INSERT ON sealings "
        "FOR EACH ROW EXECUTE FUNCTION sealings_note_rows()",
        "CREATE CONSTRAINT TRIGGER sealings_same_rows AFTER INSERT ON sealings "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sealings_same_rows()",
    )
    for guard in COMING_IN:
        run(*coming_in(*guard, "WHEN (NOT secret_ballot_ends_here()) "))
    for table in ("tokens_issued", "secret_votes"):
        run(
            f"CREATE TRIGGER {table}_emptied_at_the_end BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION emptied_at_the_end()",
        )
    for table in ("signing_keys", "sealings"):
        run(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
        )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        for guard in COMING_IN:
            run(*coming_in(*guard))
        for table in ("tokens_issued", "secret_votes"):
            run(f"DROP TRIGGER {table}_emptied_at_the_end ON {table}")
        run("DROP TRIGGER signing_keys_never_emptied ON signing_keys")
        for table, name, *_ in GUARDS:
            run(f"DROP TRIGGER {table}_{name} ON {table}", f"DROP FUNCTION {table}_{name}()")
    else:
        for table, name, events, *_ in GUARDS:
            run(*(f"DROP TRIGGER {table}_{name}_{event.lower()}" for event in events))
    op.drop_table("sealings")
    if dialect == "postgresql":
        run(
            "DROP FUNCTION sealings_note_rows()",
            "DROP FUNCTION sealings_same_rows()",
            "DROP FUNCTION emptied_at_the_end()",
            "DROP FUNCTION secret_ballot_ends_here()",
            "DROP FUNCTION secret_rows_digest()",
        )
