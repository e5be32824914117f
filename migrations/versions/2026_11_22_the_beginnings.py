"""How organisations begin here: foundings and movings in, their founders, attestations, questions, invitations."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_beginnings"
down_revision = "2026_11_22_the_mandates"
branch_labels = None
depends_on = None

OPENED = "EXISTS (SELECT 1 FROM beginnings WHERE organisation_id = {row}.organisation_id AND opened_at IS NOT NULL)"
LOCK = "1 FROM beginnings WHERE organisation_id = {row}.organisation_id FOR SHARE"
# (table, name, events, what it says, condition, row to lock on PostgreSQL)
GUARDS = [
    ("beginnings", "kept", ("DELETE",), "beginnings: how it began stands", "TRUE", ""),
    (
        "beginnings",
        "opened_once",
        ("UPDATE",),
        "beginnings: how it began stands once it is open",
        "OLD.opened_at IS NOT NULL",
        "",
    ),
    ("founders", "kept", ("DELETE",), "founders: who was asked stands", "TRUE", ""),
    *(
        (
            table,
            f"before_opening_{event.lower()}",
            (event,),
            f"{table}: stands once the organisation is open",
            OPENED.format(row=row),
            LOCK.format(row=row),
        )
        for table, events in (
            ("founders", ("INSERT", "UPDATE")),
            ("founder_votes", ("INSERT", "UPDATE", "DELETE")),
            ("text_questions", ("INSERT", "UPDATE")),
            ("text_attestations", ("INSERT",)),
        )
        for event in events
        for row in ("OLD" if event == "DELETE" else "NEW",)
    ),
    (
        "founder_votes",
        "among_founders",
        ("INSERT", "UPDATE"),
        "founder_votes: founders of this organisation vote, and for one another",
        "NOT EXISTS (SELECT 1 FROM founders WHERE id = NEW.founder_id AND organisation_id = NEW.organisation_id "
        "AND withdrew_at IS NULL) OR (NEW.choice_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM founders "
        "WHERE id = NEW.choice_id AND organisation_id = NEW.organisation_id AND withdrew_at IS NULL))",
        "",
    ),
    ("text_questions", "kept", ("DELETE",), "text_questions: a question stands", "TRUE", ""),
    (
        "text_questions",
        "answered_once",
        ("UPDATE",),
        "text_questions: question and answer stand",
        "OLD.answered_at IS NOT NULL OR NEW.text <> OLD.text",
        "",
    ),
    (
        "text_attestations",
        "stands",
        ("UPDATE", "DELETE"),
        "text_attestations: what was attested stands",
        "TRUE",
        "",
    ),
    ("invitations", "used_once", ("UPDATE",), "invitations: used already", "OLD.used_at IS NOT NULL", ""),
]
TABLES = ("founder_votes", "founders", "text_attestations", "text_questions", "beginnings", "invitations")
NEVER_EMPTIED = ("beginnings", "founders", "text_attestations", "text_questions")


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


def words(name, length=None):
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=False)


def keys(table, **targets):
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def upgrade() -> None:
    op.add_column(
        "organisations", sa.Column("unopened", sa.String(length=10), server_default="", nullable=False)
    )
    op.add_column(
        "office_terms", sa.Column("from_beginning", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "beginnings",
        number("id"),
        number("organisation_id"),
        words("kind", 10),
        words("model", 20),
        sa.Column("answers", sa.JSON(), nullable=False),
        words("text"),
        words("sha256", 64),
        words("registered"),
        sa.Column("registered_on", sa.Date(), nullable=True),
        words("meets"),
        number("by_id"),
        instant("begun_at"),
        instant("attested_at", nullable=True),
        number("balances_entry_id", nullable=True),
        instant("opened_at", nullable=True),
        sa.CheckConstraint("kind IN ('founding', 'moving')", name=op.f("ck_beginnings_kind")),
        sa.CheckConstraint("(kind = 'founding') = (model <> '')", name=op.f("ck_beginnings_model")),
        sa.CheckConstraint("opened_at IS NULL OR sha256 <> ''", name=op.f("ck_beginnings_text")),
        *keys(
            "beginnings", organisation_id="organisations", by_id="people", balances_entry_id="ledger_entries"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beginnings")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_beginnings_organisation_id")),
    )
    op.create_table(
        "founders",
        number("id"),
        number("organisation_id"),
        number("person_id"),
        words("name", 200),
        instant("invited_at"),
        instant("accepted_at", nullable=True),
        words("accepted_sha256", 64),
        instant("adopted_at", nullable=True),
        words("adopted_sha256", 64),
        instant("withdrew_at", nullable=True),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_sha256 = '')", name=op.f("ck_founders_accepted")
        ),
        sa.CheckConstraint("(adopted_at IS NULL) = (adopted_sha256 = '')", name=op.f("ck_founders_adopted")),
        *keys("founders", organisation_id="organisations", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_founders")),
        sa.UniqueConstraint(
            "organisation_id", "person_id", name=op.f("uq_founders_organisation_id_person_id")
        ),
    )
    op.create_table(
        "founder_votes",
        number("id"),
        number("organisation_id"),
        number("founder_id"),
        words("office", 30),
        number("choice_id", nullable=True),
        instant("cast_at"),
        *keys("founder_votes", organisation_id="organisations", founder_id="founders", choice_id="founders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_founder_votes")),
        sa.UniqueConstraint("founder_id", "office", name=op.f("uq_founder_votes_founder_id_office")),
    )
    op.create_table(
        "text_attestations",
        number("id"),
        number("organisation_id"),
        number("membership_id"),
        words("sha256", 64),
        instant("at"),
        *keys("text_attestations", organisation_id="organisations", membership_id="memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_attestations")),
        sa.UniqueConstraint(
            "organisation_id",
            "membership_id",
            "sha256",
            name=op.f("uq_text_attestations_organisation_id_membership_id_sha256"),
        ),
    )
    op.create_table(
        "text_questions",
        number("id"),
        number("organisation_id"),
        number("membership_id"),
        words("article", 20),
        words("text"),
        instant("asked_at"),
        words("answer"),
        instant("answered_at", nullable=True),
        number("answered_by_id", nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_text_questions_text")),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_text_questions_answered")),
        *keys(
            "text_questions",
            organisation_id="organisations",
            membership_id="memberships",
            answered_by_id="memberships",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_questions")),
    )
    op.create_table(
        "invitations",
        number("id"),
        words("code_sha256", 64),
        instant("made_at"),
        instant("expires_at"),
        instant("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_invitations_code_sha256")),
    )
    for table, column in (
        ("beginnings", "by_id"),
        ("beginnings", "balances_entry_id"),
        ("founders", "organisation_id"),
        ("founders", "person_id"),
        ("founder_votes", "organisation_id"),
        ("founder_votes", "choice_id"),
        ("text_attestations", "organisation_id"),
        ("text_attestations", "membership_id"),
        ("text_questions", "organisation_id"),
        ("text_questions", "membership_id"),
        ("text_questions", "answered_by_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
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
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("office_terms", "from_beginning")
    op.drop_column("organisations", "unopened")
    if dialect == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
