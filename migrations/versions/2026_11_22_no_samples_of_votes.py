"""PostgreSQL keeps samples of what a table holds, taken while rows come in: of serials, those that came early.

They would outlive the sealing, in its statistics, the dead rows of these, and every physical backup. So none are
taken of tokens and secret votes; their rows are found by key alone.
"""

from alembic import op

revision = "2026_11_22_no_samples_of_votes"
down_revision = "2026_11_22_the_objections"
branch_labels = None
depends_on = None

COLUMNS = {
    "tokens_issued": "roll_entry_id ballot_id blinded_sha256",
    "secret_votes": "serial ballot_id voting_class prefix token n vote signature",
}


def keep_samples(size: int) -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table, columns in COLUMNS.items():
        for column in columns.split():
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {size}")


def upgrade() -> None:
    keep_samples(0)


def downgrade() -> None:
    keep_samples(-1)  # as many as the server keeps of others
