"""Petitions, and what the tables refuse of terms of office beyond seats: limits, exclusions, a second ending."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_offices_and_recall"
down_revision = "2026_11_22_the_motions"
branch_labels = None
depends_on = None

PETITION = "(SELECT {what} FROM petitions WHERE id = NEW.petition_id)"
OVERLAPS = (
    "(NEW.ends_on IS NULL OR t.starts_on <= NEW.ends_on) AND (t.ends_on IS NULL OR t.ends_on > NEW.starts_on "
    "OR (t.ends_on = NEW.starts_on AND t.ended_at IS NULL))"
)


def changes(columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns.split())


# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    (
        "office_terms",
        "within_limit",
        ("INSERT",),
        "office_terms: no more terms one after another than the constitution allows",
        "NEW.most_terms > 0 AND (NEW.counted_from IS NULL OR (SELECT COUNT(*) FROM office_terms t "
        "WHERE t.office_id = NEW.office_id AND t.membership_id = NEW.membership_id AND t.decision_id IS NOT NULL "
        "AND t.starts_on >= NEW.counted_from AND t.starts_on < NEW.starts_on) >= NEW.most_terms)",
        "1 FROM offices WHERE id = NEW.office_id FOR UPDATE",
    ),
    (
        "office_terms",
        "no_excluded_office",
        ("INSERT", "UPDATE"),
        "office_terms: this member holds an office that excludes this one",
        "EXISTS (SELECT 1 FROM office_terms t WHERE t.membership_id = NEW.membership_id "
        f"AND t.id {{differs}} NEW.id AND {OVERLAPS} "
        "AND (NEW.excludes LIKE '%,' || t.office_id || ',%' OR t.excludes LIKE '%,' || NEW.office_id || ',%'))",
        "1 FROM memberships WHERE id = NEW.membership_id FOR UPDATE",
    ),
    (
        "office_terms",
        "given_under",
        ("UPDATE",),
        "office_terms: under which limits a term was given stands",
        changes("most_terms counted_from excludes"),
        "",
    ),
    (
        "office_terms",
        "ended_on_its_last_day",
        ("INSERT", "UPDATE"),
        "office_terms: a term ended at once has a last day",
        "NEW.ended_at IS NOT NULL AND NEW.ends_on IS NULL",
        "",
    ),
    (
        "office_terms",
        "ended_once",
        ("UPDATE",),
        "office_terms: a term that was ended begins again only when its recall becomes void",
        "OLD.ended_at IS NOT NULL AND (NEW.ended_at {differs} OLD.ended_at OR NEW.ends_on {differs} OLD.ends_on) "
        "AND NOT EXISTS (SELECT 1 FROM petitions p JOIN ballots b ON b.id = p.ballot_id "
        "WHERE p.term_id = OLD.id AND b.sealed_at IS NOT NULL AND b.void_at IS NOT NULL)",
        "",
    ),
    (
        "ballots",
        "recalls_never_open",
        ("INSERT", "UPDATE"),
        "ballots: a recall is never voted on openly",
        "NEW.decision_class = 'recall' AND NEW.secrecy = 'open'",
        "",
    ),
    ("petitions", "kept", ("DELETE",), "petitions: a row is never deleted", "TRUE", ""),
    (
        "petitions",
        "as_begun",
        ("UPDATE",),
        "petitions: words, roll and threshold stand once a petition is begun",
        changes(
            "organisation_id number kind body_id term_id title text place hour begun_by_id begun_at sign_until "
            "zone eligible needed rule version_id"
        ),
        "",
    ),
    (
        "petitions",
        "reached_once",
        ("UPDATE",),
        "petitions: what came of a petition stands",
        "OLD.reached_at IS NOT NULL AND (" + changes("reached_at ballot_id meeting_id") + ")",
        "",
    ),
    (
        "petitions",
        "reached_with_enough",
        ("INSERT", "UPDATE"),
        "petitions: too few have signed",
        "NEW.reached_at IS NOT NULL AND "
        "(SELECT COUNT(*) FROM petition_signatures WHERE petition_id = NEW.id) < NEW.needed",
        "",
    ),
    (
        "petition_signatures",
        "kept",
        ("UPDATE", "DELETE"),
        "petition_signatures: a signature stands",
        "TRUE",
        "",
    ),
    (
        "petition_signatures",
        "while_open",
        ("INSERT",),
        "petition_signatures: frozen once the number is reached or the time is over",
        f"{PETITION.format(what='reached_at')} IS NOT NULL "
        f"OR NEW.signed_at >= {PETITION.format(what='sign_until')}",
        "1 FROM petitions WHERE id = NEW.petition_id FOR UPDATE",
    ),
    (
        "petition_signatures",
        "same_organisation",
        ("INSERT",),
        "petition_signatures: a member of another organisation",
        f"(SELECT organisation_id FROM memberships WHERE id = NEW.membership_id) <> "
        f"{PETITION.format(what='organisation_id')}",
        "",
    ),
]
OLD_TABLES = ("office_terms", "ballots")


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
    instant = coop.models.columns.Instant(timezone=True)
    for column in (
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("most_terms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("excludes", sa.String(length=200), server_default="", nullable=False),
    ):
        op.add_column("office_terms", column)
    op.create_table(
        "petitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", instant, nullable=False),
        sa.Column("sign_until", instant, nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reached_at", instant, nullable=True),
        sa.Column("ballot_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_at", instant, nullable=True),
        sa.CheckConstraint("kind IN ('recall', 'meeting')", name=op.f("ck_petitions_kind")),
        sa.CheckConstraint("(kind = 'recall') = (term_id IS NOT NULL)", name=op.f("ck_petitions_whose")),
        sa.CheckConstraint("needed >= 1", name=op.f("ck_petitions_needed")),
        sa.CheckConstraint("begun_at < sign_until", name=op.f("ck_petitions_period")),
        sa.CheckConstraint(
            "(reached_at IS NULL) = (ballot_id IS NULL AND meeting_id IS NULL)",
            name=op.f("ck_petitions_what_came_of_it"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_petitions_{column}"))
            for column, target in (
                ("ballot_id", "ballots"),
                ("begun_by_id", "memberships"),
                ("body_id", "bodies"),
                ("meeting_id", "meetings"),
                ("organisation_id", "organisations"),
                ("term_id", "office_terms"),
                ("version_id", "constitution_versions"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitions")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_petitions_ballot_id")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_petitions_meeting_id")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_petitions_organisation_id_number")),
    )
    for column in ("begun_by_id", "body_id", "organisation_id", "term_id", "version_id"):
        op.create_index(op.f(f"ix_petitions_{column}"), "petitions", [column])
    op.create_table(
        "petition_signatures",
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.id"], name=op.f("fk_petition_signatures_petition_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_petition_signatures_membership_id")
        ),
        sa.PrimaryKeyConstraint("petition_id", "membership_id", name=op.f("pk_petition_signatures")),
    )
    op.create_index(op.f("ix_petition_signatures_membership_id"), "petition_signatures", ["membership_id"])
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in ("petitions", "petition_signatures"):
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table, name, events, *_ in GUARDS:
        if table not in OLD_TABLES:
            continue
        if dialect == "sqlite":
            for event in events:
                op.execute(f"DROP TRIGGER {table}_{name}_{event.lower()}")
        else:
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
    op.drop_table("petition_signatures")
    op.drop_table("petitions")
    if dialect == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
    for column in ("excludes", "counted_from", "most_terms", "ended_at"):
        op.drop_column("office_terms", column)
