"""How many members an organisation that is a member has, as it reported them: its votes may go by it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_the_weights"
down_revision = "2026_11_22_the_tellers"
branch_labels = None
depends_on = None

CHECK = "CONSTRAINT ck_memberships_represents CHECK (represents >= 0)"


def upgrade() -> None:
    # By hand: SQLite adds a check only together with its column, and a table made anew would lose its triggers.
    op.execute(f"ALTER TABLE memberships ADD COLUMN represents INTEGER {CHECK}")
    op.add_column("memberships", sa.Column("represents_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("memberships", "represents_on")
    op.drop_column("memberships", "represents")
