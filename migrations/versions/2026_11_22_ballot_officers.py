"""Who was named to run one election, where its officer stands."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_ballot_officers"
down_revision = "2026_11_22_photos_and_seconders"
branch_labels = None
depends_on = None

# (name, events, what it says, condition)
GUARDS = [
    ("kept", ("UPDATE", "DELETE"), "ballot_officers: a naming stands; a later one takes its place", "TRUE"),
    (
        "no_candidate",
        ("INSERT",),
        "ballot_officers: nobody runs an election they stand in",
        "EXISTS (SELECT 1 FROM ballot_options WHERE ballot_id = NEW.ballot_id "
        "AND membership_id = NEW.membership_id) "
        "OR EXISTS (SELECT 1 FROM nominations WHERE call_id = NEW.call_id "
        "AND membership_id = NEW.membership_id AND state = 'accepted')",
    ),
    (
        "by_another",
        ("INSERT",),
        "ballot_officers: nobody names themselves",
        "NEW.membership_id = NEW.named_by_id",
    ),
    (
        "same_organisation",
        ("INSERT",),
        "ballot_officers: a member of another organisation",
        "(SELECT organisation_id FROM memberships WHERE id = NEW.membership_id) <> "
        "COALESCE((SELECT organisation_id FROM ballots WHERE id = NEW.ballot_id), "
        "(SELECT organisation_id FROM nomination_calls WHERE id = NEW.call_id))",
    ),
]


def created(dialect, name, events, says, condition):
    trigger = f"ballot_officers_{name}"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {trigger}_{event.lower()} BEFORE {event} ON ballot_officers "
            f"WHEN ({condition}) BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for event in events
        ]
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({condition}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON ballot_officers "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
    ]


def upgrade() -> None:
    columns = {
        "ballot_id": "ballots",
        "call_id": "nomination_calls",
        "membership_id": "memberships",
        "named_by_id": "memberships",
    }
    op.create_table(
        "ballot_officers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_at", coop.models.columns.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(ballot_id IS NULL) <> (call_id IS NULL)", name=op.f("ck_ballot_officers_one_thing")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_ballot_officers_{column}"))
            for column, target in columns.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_officers")),
    )
    for column in columns:
        op.create_index(op.f(f"ix_ballot_officers_{column}"), "ballot_officers", [column])
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        op.execute(
            "CREATE TRIGGER ballot_officers_never_emptied BEFORE TRUNCATE ON ballot_officers "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
        )


def downgrade() -> None:
    op.drop_table("ballot_officers")
    if op.get_context().dialect.name == "postgresql":
        for name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION ballot_officers_{name}()")
