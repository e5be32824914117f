"""The promises: what must never happen, refused by the tables on both engines.

A guard is a condition that must not hold when a row is written. On PostgreSQL a guard that compares
a sum first locks the parent row, so that two transactions cannot both see room for their own row.
"""

from dataclasses import dataclass

from alembic import op

revision = "2026_11_22_the_promises"
down_revision = "2026_11_22_the_house"
branch_labels = None
depends_on = None


@dataclass(frozen=True)
class Guard:
    """`{differs}` in a condition compares values that may be NULL."""

    table: str
    name: str
    events: tuple[str, ...]
    says: str
    when: str = "TRUE"
    lock: str = ""  # PostgreSQL only

    @property
    def trigger(self) -> str:
        return f"{self.table}_{self.name}"

    def create(self, dialect: str) -> list[str]:
        if dialect == "sqlite":
            condition = self.when.format(differs="IS NOT")
            return [
                f"CREATE TRIGGER {self.trigger}_{event.lower()} BEFORE {event} ON {self.table} "
                f"WHEN ({condition}) BEGIN SELECT RAISE(ABORT, '{self.says}'); END"
                for event in self.events
            ]
        condition = self.when.format(differs="IS DISTINCT FROM")
        # Under a stricter isolation a transaction would compare with what was there when it began.
        lock = (
            "IF current_setting('transaction_isolation') <> 'read committed' THEN "
            f"RAISE EXCEPTION '{self.table}: written under READ COMMITTED only' USING ERRCODE = '23514'; END IF; "
            f"PERFORM {self.lock};"
            if self.lock
            else ""
        )
        back = "OLD" if self.events == ("DELETE",) else "NEW"
        if "DELETE" in self.events and len(self.events) > 1:
            back = "COALESCE(NEW, OLD)"
        return [
            f"CREATE FUNCTION {self.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock} "
            f"IF ({condition}) THEN RAISE EXCEPTION '{self.says}' USING ERRCODE = '23514'; END IF; "
            f"RETURN {back}; END $$",
            f"CREATE TRIGGER {self.trigger} BEFORE {' OR '.join(self.events)} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.trigger}()",
        ]

    def drop(self, dialect: str) -> list[str]:
        if dialect == "sqlite":
            return [f"DROP TRIGGER {self.trigger}_{event.lower()}" for event in self.events]
        return [f"DROP TRIGGER {self.trigger} ON {self.table}", f"DROP FUNCTION {self.trigger}()"]


def never(table: str, *events: str) -> Guard:
    what = {"UPDATE": "changed", "DELETE": "deleted"}
    words = " or ".join(what[event] for event in events)
    return Guard(table, "kept", events, f"{table}: a row is never {words}")


def frozen(table: str, name: str, columns: str, says: str, when: str = "TRUE") -> Guard:
    changed = " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns.split())
    return Guard(table, name, ("UPDATE",), says, f"({when}) AND ({changed})")


APPEND_ONLY = (
    "audit_events audit_links documents membership_events decisions ledger_entries ledger_closings postings "
    "share_entries allocations charge_reversals payments notices webhook_events articles provisions "
    "work_versions licence_offers tokens_issued"
).split()

OPENED = "(SELECT opened_at FROM ballots WHERE id = {row}.ballot_id) IS NOT NULL"
ACCEPTS = (
    "NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id AND opened_at IS NOT NULL "
    "AND sealed_at IS NULL AND void_at IS NULL AND secrecy {which} 'secret')"
)
ACCEPTS_NAMED = ACCEPTS.replace("{which}", "<>")
ACCEPTS_SECRET = ACCEPTS.replace("{which}", "=")
SHARE_BALLOT = "1 FROM ballots WHERE id = NEW.ballot_id FOR SHARE"
LOCK_BALLOT = "1 FROM ballots WHERE id = NEW.ballot_id FOR UPDATE"
LOCK_BALLOT_OF_OLD = "1 FROM ballots WHERE id = OLD.ballot_id FOR UPDATE"


def part_of_ballot(table: str) -> list[Guard]:
    says = f"{table}: rule, options and roll are frozen once a ballot is open"
    return [
        Guard(table, "joins_before_opening", ("INSERT",), says, OPENED.replace("{row}", "NEW"), LOCK_BALLOT),
        Guard(
            table,
            "changes_before_opening",
            ("UPDATE",),
            says,
            f"{OPENED.replace('{row}', 'OLD')} OR {OPENED.replace('{row}', 'NEW')}",
            LOCK_BALLOT_OF_OLD,
        ),
        Guard(table, "leaves_before_opening", ("DELETE",), says, OPENED.replace("{row}", "OLD"), LOCK_BALLOT_OF_OLD),
    ]


PAID_BY = "COALESCE((SELECT SUM(amount_minor) FROM allocations WHERE payment_id = NEW.payment_id), 0)"
PAID_ON = "COALESCE((SELECT SUM(amount_minor) FROM allocations WHERE charge_id = NEW.charge_id), 0)"
SAME_TERM = (
    "(SELECT COUNT(*) FROM office_terms t WHERE t.office_id = NEW.office_id AND t.id {differs} NEW.id "
    "AND (NEW.ends_on IS NULL OR t.starts_on <= NEW.ends_on) "
    "AND (t.ends_on IS NULL OR t.ends_on >= NEW.starts_on))"
)

GUARDS = [
    *(never(table, "UPDATE", "DELETE") for table in APPEND_ONLY),
    *(
        never(table, "DELETE")
        for table in (
            "memberships organisations people constitution_versions votes secret_votes charges statements "
            "statement_lines matches grants office_terms dues_plans dues_bands works"
        ).split()
    ),
    never("audit_particulars", "UPDATE"),
    frozen("memberships", "number", "number organisation_id kind", "memberships: a number stays with its member"),
    frozen(
        "constitution_versions",
        "text",
        "organisation_id number text sha256 passed_on decision_id",
        "constitution_versions: an adopted text is never changed",
    ),
    frozen(
        "constitution_versions",
        "dates",
        "in_force_on",
        "constitution_versions: a day in force is set once",
        "OLD.in_force_on IS NOT NULL",
    ),
    Guard(
        "constitution_versions",
        "one_line",
        ("INSERT", "UPDATE"),
        "constitution_versions: days in force never run backwards along the versions",
        "NEW.in_force_on IS NOT NULL AND EXISTS (SELECT 1 FROM constitution_versions v "
        "WHERE v.organisation_id = NEW.organisation_id AND v.id {differs} NEW.id AND v.in_force_on IS NOT NULL "
        "AND ((v.number < NEW.number AND v.in_force_on >= NEW.in_force_on) "
        "OR (v.number > NEW.number AND v.in_force_on <= NEW.in_force_on)))",
        "1 FROM organisations WHERE id = NEW.organisation_id FOR UPDATE",
    ),
    Guard(
        "office_terms",
        "seats",
        ("INSERT", "UPDATE"),
        "office_terms: the office has no free seat in that time",
        f"{SAME_TERM} >= (SELECT seats FROM offices WHERE id = NEW.office_id)",
        "1 FROM offices WHERE id = NEW.office_id FOR UPDATE",
    ),
    Guard(
        "office_terms",
        "one_seat_each",
        ("INSERT", "UPDATE"),
        "office_terms: this member holds the office in that time already",
        "EXISTS (SELECT 1 FROM office_terms t WHERE t.office_id = NEW.office_id AND t.id {differs} NEW.id "
        "AND t.membership_id = NEW.membership_id AND (NEW.ends_on IS NULL OR t.starts_on <= NEW.ends_on) "
        "AND (t.ends_on IS NULL OR t.ends_on >= NEW.starts_on))",
        "1 FROM offices WHERE id = NEW.office_id FOR UPDATE",
    ),
    frozen(
        "office_terms",
        "kept_but_end",
        "office_id membership_id starts_on decision_id because",
        "office_terms: only the end of a term can be set",
    ),
    # Ballots
    frozen(
        "motions",
        "text_frozen",
        "kind title text body_id",
        "motions: the text is frozen once its ballot is open",
        "EXISTS (SELECT 1 FROM ballots WHERE motion_id = OLD.id AND opened_at IS NOT NULL)",
    ),
    frozen(
        "ballots",
        "rule_frozen",
        "organisation_id number kind decision_class body_id motion_id office_id title text secrecy method seats "
        "rule version_id opens_at closes_at zone announced_at opened_at seed salt",
        "ballots: rule, options and roll are frozen once a ballot is open",
        "OLD.opened_at IS NOT NULL",
    ),
    frozen("ballots", "sealed_once", "sealed_at", "ballots: a ballot is sealed once", "OLD.sealed_at IS NOT NULL"),
    frozen(
        "ballots", "certified_once", "certified_at", "ballots: a result is certified once", "OLD.certified_at IS NOT NULL"
    ),
    frozen("ballots", "void_once", "void_at void_reason", "ballots: void is void", "OLD.void_at IS NOT NULL"),
    Guard(
        "ballots",
        "announced_kept",
        ("DELETE",),
        "ballots: an announced ballot is never deleted",
        "OLD.announced_at IS NOT NULL OR OLD.opened_at IS NOT NULL",
    ),
    *part_of_ballot("ballot_options"),
    *part_of_ballot("roll_entries"),
    Guard(
        "votes",
        "only_while_open",
        ("INSERT", "UPDATE"),
        "votes: the ballot is not open for votes",
        ACCEPTS_NAMED,
        SHARE_BALLOT,
    ),
    Guard(
        "votes",
        "only_entitled",
        ("INSERT", "UPDATE"),
        "votes: not on the roll of this ballot",
        "NOT EXISTS (SELECT 1 FROM roll_entries WHERE id = NEW.roll_entry_id AND ballot_id = NEW.ballot_id AND entitled)",
    ),
    frozen("votes", "whose", "ballot_id roll_entry_id", "votes: a vote stays with its roll entry"),
    Guard(
        "tokens_issued",
        "only_while_open",
        ("INSERT",),
        "tokens_issued: the ballot is not open for votes",
        ACCEPTS_SECRET,
        SHARE_BALLOT,
    ),
    Guard(
        "tokens_issued",
        "only_entitled",
        ("INSERT",),
        "tokens_issued: not on the roll of this ballot",
        "NOT EXISTS (SELECT 1 FROM roll_entries WHERE id = NEW.roll_entry_id AND ballot_id = NEW.ballot_id AND entitled)",
    ),
    Guard(
        "secret_votes",
        "only_while_open",
        ("INSERT", "UPDATE"),
        "secret_votes: the ballot is not open for votes",
        ACCEPTS_SECRET,
        SHARE_BALLOT,
    ),
    Guard(
        "secret_votes",
        "only_forward",
        ("UPDATE",),
        "secret_votes: only a later vote of the same serial replaces it",
        "NEW.n <= OLD.n OR NEW.serial <> OLD.serial OR NEW.ballot_id <> OLD.ballot_id OR NEW.token <> OLD.token",
    ),
    Guard(
        "decisions",
        "counted",
        ("INSERT",),
        "decisions: there is no decision without a sealed count",
        "NOT EXISTS (SELECT 1 FROM ballots WHERE id = NEW.ballot_id AND sealed_at IS NOT NULL "
        "AND organisation_id = NEW.organisation_id)",
    ),
    # Ledger
    Guard(
        "postings",
        "into_open_entry",
        ("INSERT",),
        "postings: the entry is closed or not there",
        "NOT EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.entry_id) "
        "OR EXISTS (SELECT 1 FROM ledger_closings WHERE id = NEW.entry_id)",
        "1 FROM ledger_entries WHERE id = NEW.entry_id FOR UPDATE",
    ),
    Guard(
        "ledger_closings",
        "balanced",
        ("INSERT",),
        "ledger_closings: the postings of an entry sum to zero in each currency",
        "NOT EXISTS (SELECT 1 FROM postings WHERE entry_id = NEW.id) OR EXISTS ("
        "SELECT 1 FROM postings WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount_minor) <> 0)",
        "1 FROM ledger_entries WHERE id = NEW.id FOR UPDATE",
    ),
    # Dues and payments
    frozen(
        "charges",
        "kept_but_entry",
        "organisation_id membership_id plan_id band_id period_starts_on period_ends_on amount_minor currency due_on "
        "reference explanation decision_id charged_at",
        "charges: a charge is never changed, a wrong one is reversed",
    ),
    frozen("charges", "entry_once", "entry_id", "charges: booked once", "OLD.entry_id IS NOT NULL"),
    Guard(
        "charge_reversals",
        "unpaid",
        ("INSERT",),
        "charge_reversals: undo what was paid on the charge first",
        f"{PAID_ON} <> 0",
        "1 FROM charges WHERE id = NEW.charge_id FOR UPDATE",
    ),
    Guard(
        "allocations",
        "within_payment",
        ("INSERT",),
        "allocations: more than the payment holds",
        f"{PAID_BY} + NEW.amount_minor > (SELECT amount_minor FROM payments WHERE id = NEW.payment_id) "
        f"OR {PAID_BY} + NEW.amount_minor < 0",
        "1 FROM payments WHERE id = NEW.payment_id FOR UPDATE",
    ),
    Guard(
        "allocations",
        "within_charge",
        ("INSERT",),
        "allocations: more than the charge asks",
        "NEW.charge_id IS NOT NULL AND ("
        f"{PAID_ON} + NEW.amount_minor > (SELECT amount_minor FROM charges WHERE id = NEW.charge_id) "
        f"OR {PAID_ON} + NEW.amount_minor < 0 "
        "OR (NEW.amount_minor > 0 AND EXISTS (SELECT 1 FROM charge_reversals WHERE charge_id = NEW.charge_id)) "
        "OR (SELECT currency FROM charges WHERE id = NEW.charge_id) "
        "<> (SELECT currency FROM payments WHERE id = NEW.payment_id))",
        "1 FROM charges WHERE id = NEW.charge_id FOR UPDATE",
    ),
    Guard(
        "allocations",
        "reverses_exactly",
        ("INSERT",),
        "allocations: a reversal takes back exactly what it names",
        "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM allocations a WHERE a.id = NEW.reverses_id "
        "AND a.amount_minor = -NEW.amount_minor AND a.payment_id = NEW.payment_id "
        "AND COALESCE(a.charge_id, 0) = COALESCE(NEW.charge_id, 0))",
    ),
    Guard(
        "share_entries",
        "never_negative",
        ("INSERT",),
        "share_entries: a holding is never negative",
        "COALESCE((SELECT SUM(shares) FROM share_entries WHERE membership_id = NEW.membership_id), 0) + NEW.shares < 0",
        "1 FROM memberships WHERE id = NEW.membership_id FOR UPDATE",
    ),
    frozen(
        "statement_lines",
        "as_booked",
        "organisation_id statement_id identity position booked_on amount_minor currency counterparty "
        "counterparty_account purpose reference bank_id",
        "statement_lines: what the bank said is never changed",
    ),
    frozen("statement_lines", "entry_once", "entry_id", "statement_lines: booked once", "OLD.entry_id IS NOT NULL"),
    frozen(
        "statements",
        "bytes_kept",
        "organisation_id account_id sha256 content file_name imported_at",
        "statements: the file stays as it came",
    ),
    frozen(
        "matches",
        "kept_but_undoing",
        "line_id kind membership_id account_id returns_match_id entry_id automatic at",
        "matches: a match is undone, never changed",
    ),
    frozen("matches", "undone_once", "undone_at undone_by", "matches: undone once", "OLD.undone_at IS NOT NULL"),
]


# Sealing a secret ballot empties its issuance and votes, to write them again in sorted order.
NEVER_EMPTIED = sorted(
    {guard.table for guard in GUARDS if guard.name == "kept" and "DELETE" in guard.events}
    - {"tokens_issued", "secret_votes"}
)


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in guard.create(dialect):
            op.execute(statement)
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '%: a row is never deleted', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
        )
        for table in NEVER_EMPTIED:
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        for table in NEVER_EMPTIED:
            op.execute(f"DROP TRIGGER {table}_never_emptied ON {table}")
        op.execute("DROP FUNCTION never_emptied()")
    for guard in reversed(GUARDS):
        for statement in guard.drop(dialect):
            op.execute(statement)
