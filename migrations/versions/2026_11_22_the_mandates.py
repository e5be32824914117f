"""Mandates with their instructions, acts, replies and reports; member organisations; adopted positions."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_the_mandates"
down_revision = "2026_11_22_filling_offices"
branch_labels = None
depends_on = None

INSTANT = coop.models.columns.Instant(timezone=True)
MANDATE = "(SELECT {what} FROM mandates WHERE id = NEW.mandate_id)"
# Of a decision: whether it is not one of this organisation's that was carried and stands.
NOT_CARRIED = (
    "NOT EXISTS (SELECT 1 FROM decisions d JOIN ballots b ON b.id = d.ballot_id WHERE d.id = {decision} "
    "AND d.organisation_id = {organisation} AND d.outcome IN ({outcomes}) AND b.void_at IS NULL)"
)
OVERLAPS = (
    "(NEW.ends_on IS NULL OR m.starts_on <= NEW.ends_on) AND (m.ends_on IS NULL OR m.ends_on >= NEW.starts_on)"
)


def not_carried(decision, organisation, outcomes="'carried'"):
    return NOT_CARRIED.format(decision=decision, organisation=organisation, outcomes=outcomes)


def changes(columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns.split())


def elsewhere(row, table="memberships", organisation="NEW.organisation_id"):
    return f"(SELECT organisation_id FROM {table} WHERE id = {row}) <> {organisation}"


def append_only(table, says="a row stands; a correction is a new one"):
    return (table, "kept", ("UPDATE", "DELETE"), f"{table}: {says}", "TRUE", "")


# (table, name, events, what it says, condition, row to lock on PostgreSQL); {differs} compares what may be NULL
GUARDS = [
    ("affiliations", "kept", ("DELETE",), "affiliations: a row is never deleted", "TRUE", ""),
    (
        "affiliations",
        "as_stated",
        ("UPDATE",),
        "affiliations: what was decided stands",
        changes("organisation_id parent_id decision_id stated_at")
        + " OR (OLD.membership_id IS NOT NULL AND ("
        + changes("membership_id recognised_at")
        + "))",
        "",
    ),
    (
        "affiliations",
        "by_decision",
        ("INSERT",),
        "affiliations: an organisation joins by its own carried decision",
        not_carried("NEW.decision_id", "NEW.organisation_id"),
        "",
    ),
    (
        "affiliations",
        "of_the_parent",
        ("INSERT", "UPDATE"),
        "affiliations: the membership is one that an organisation holds in the parent",
        "NEW.membership_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM memberships WHERE id = NEW.membership_id "
        "AND organisation_id = NEW.parent_id AND kind = 'organisation')",
        "",
    ),
    ("mandates", "kept", ("DELETE",), "mandates: a row is never deleted", "TRUE", ""),
    (
        "mandates",
        "as_named",
        ("UPDATE",),
        "mandates: whom a decision sent where stands",
        changes(
            "organisation_id number membership_id sent_to parent_id decision_id starts_on named_at named_by"
        ),
        "",
    ),
    (
        "mandates",
        "ended_by_decision",
        ("UPDATE",),
        "mandates: ends earlier, once, and by a decision",
        "(" + changes("ends_on ended_by_id") + ") AND (OLD.ended_by_id IS NOT NULL OR NEW.ended_by_id IS NULL "
        "OR NEW.ends_on IS NULL OR NEW.ends_on > OLD.ends_on OR "
        + not_carried("NEW.ended_by_id", "NEW.organisation_id", "'carried', 'elected'")
        + ")",
        "",
    ),
    (
        "mandates",
        "by_decision",
        ("INSERT",),
        "mandates: a carried decision of the organisation names one of its members",
        not_carried("NEW.decision_id", "NEW.organisation_id", "'carried', 'elected'")
        + " OR "
        + elsewhere("NEW.membership_id"),
        "",
    ),
    (
        "mandates",
        "one_delegate",
        ("INSERT", "UPDATE"),
        "mandates: one delegate to a federation at a time",
        "NEW.parent_id IS NOT NULL AND EXISTS (SELECT 1 FROM mandates m WHERE m.id {differs} NEW.id "
        f"AND m.organisation_id = NEW.organisation_id AND m.parent_id = NEW.parent_id AND {OVERLAPS})",
        "1 FROM organisations WHERE id = NEW.organisation_id FOR UPDATE",
    ),
    append_only("mandate_instructions"),
    (
        "mandate_instructions",
        "by_decision",
        ("INSERT",),
        "mandate_instructions: only a carried decision of the organisation binds a delegate",
        not_carried("NEW.decision_id", MANDATE.format(what="organisation_id")),
        "",
    ),
    (
        "mandate_instructions",
        "same_mandate",
        ("INSERT",),
        "mandate_instructions: takes the place of one of the same mandate",
        "(SELECT mandate_id FROM mandate_instructions WHERE id = NEW.supersedes_id) <> NEW.mandate_id",
        "",
    ),
    append_only("mandate_acts"),
    (
        "mandate_acts",
        "within_mandate",
        ("INSERT",),
        "mandate_acts: only what the delegate did while sent there",
        f"NEW.held_on < {MANDATE.format(what='starts_on')} OR NEW.held_on > {MANDATE.format(what='ends_on')}",
        "",
    ),
    (
        "mandate_acts",
        "same_mandate",
        ("INSERT",),
        "mandate_acts: instruction and corrected act are of the same mandate",
        "(SELECT mandate_id FROM mandate_instructions WHERE id = NEW.instruction_id) <> NEW.mandate_id "
        "OR (SELECT mandate_id FROM mandate_acts WHERE id = NEW.supersedes_id) <> NEW.mandate_id "
        "OR " + elsewhere("NEW.document_id", "documents", MANDATE.format(what="organisation_id")),
        "",
    ),
    append_only("mandate_replies"),
    append_only("mandate_reports"),
    append_only("size_reports"),
    (
        "size_reports",
        "of_organisations",
        ("INSERT",),
        "size_reports: only a member that is an organisation has members of its own",
        "(SELECT kind FROM memberships WHERE id = NEW.membership_id) <> 'organisation'",
        "",
    ),
    append_only("positions"),
    (
        "positions",
        "by_decision",
        ("INSERT",),
        "positions: only a carried decision of the organisation states one",
        not_carried("NEW.decision_id", "NEW.organisation_id"),
        "",
    ),
    (
        "positions",
        "same_organisation",
        ("INSERT",),
        "positions: takes the place of one of the same organisation",
        elsewhere("NEW.supersedes_id", "positions"),
        "",
    ),
    append_only("position_dissents", "dissent stands as it was entered"),
    (
        "position_dissents",
        "in_time",
        ("INSERT",),
        "position_dissents: the time to enter dissent is over",
        "NEW.entered_on > (SELECT dissent_until FROM positions WHERE id = NEW.position_id)",
        "",
    ),
    (
        "position_dissents",
        "own_member",
        ("INSERT",),
        "position_dissents: a member of another organisation",
        elsewhere(
            "NEW.membership_id", organisation="(SELECT organisation_id FROM positions WHERE id = NEW.position_id)"
        ),
        "",
    ),
]


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


def number(name, nullable=False):
    return sa.Column(name, sa.Integer(), nullable=nullable)


def words(name, length=None, nullable=False):
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=nullable)


def day(name, nullable=False):
    return sa.Column(name, sa.Date(), nullable=nullable)


def instant(name, nullable=False):
    return sa.Column(name, INSTANT, nullable=nullable)


# {table: (columns, {column: what it points to}, keys, checks, indexed columns)}
TABLES = {
    "affiliations": (
        [
            number("id"), number("organisation_id"), number("parent_id"), number("decision_id"), instant("stated_at"),
            number("membership_id", True), instant("recognised_at", True),
        ],
        {
            "organisation_id": "organisations", "parent_id": "organisations", "decision_id": "decisions",
            "membership_id": "memberships",
        },
        [["id"], ["organisation_id", "parent_id"], ["membership_id"]],
        {
            "two_organisations": "organisation_id <> parent_id",
            "recognised": "(membership_id IS NULL) = (recognised_at IS NULL)",
        },
        ["parent_id", "decision_id"],
    ),
    "mandates": (
        [
            number("id"), number("organisation_id"), number("number"), number("membership_id"), words("sent_to", 200),
            number("parent_id", True), number("decision_id"), day("starts_on"), day("ends_on", True),
            number("ended_by_id", True), instant("named_at"), words("named_by", 80),
        ],
        {
            "organisation_id": "organisations", "membership_id": "memberships", "parent_id": "organisations",
            "decision_id": "decisions", "ended_by_id": "decisions",
        },
        [["id"], ["organisation_id", "number"]],
        {
            "sent_to": "sent_to <> ''",
            "days": "ends_on IS NULL OR ends_on >= starts_on",
            "ended": "ended_by_id IS NULL OR ends_on IS NOT NULL",
        },
        ["organisation_id", "membership_id", "parent_id", "decision_id", "ended_by_id"],
    ),
    "mandate_instructions": (
        [
            number("id"), number("mandate_id"), number("number"), number("decision_id"), words("matter", 200),
            words("how", 10), number("supersedes_id", True), instant("recorded_at"), words("recorded_by", 80),
        ],
        {"mandate_id": "mandates", "decision_id": "decisions", "supersedes_id": "mandate_instructions"},
        [["id"], ["mandate_id", "number"], ["supersedes_id"]],
        {"matter": "matter <> ''", "how": "how IN ('for', 'against', 'abstain', 'raise')"},
        ["decision_id"],
    ),
    "mandate_acts": (
        [
            number("id"), number("mandate_id"), number("number"), number("instruction_id", True), words("matter", 200),
            words("act", 12), day("held_on"), words("evidence"), number("document_id", True), day("report_due_on"),
            words("article", 20), number("version_id"), number("supersedes_id", True), instant("recorded_at"),
            words("recorded_by", 80),
        ],
        {
            "mandate_id": "mandates", "instruction_id": "mandate_instructions", "document_id": "documents",
            "version_id": "constitution_versions", "supersedes_id": "mandate_acts",
        },
        [["id"], ["mandate_id", "number"], ["supersedes_id"]],
        {
            "matter": "matter <> ''",
            "act": "act IN ('for', 'against', 'abstained', 'raised', 'not-raised', 'absent', 'unrecorded')",
            "evidence": "act = 'unrecorded' OR evidence <> '' OR document_id IS NOT NULL",
        },
        ["instruction_id", "document_id", "version_id"],
    ),
    "mandate_replies": (
        [number("id"), number("act_id"), words("text"), instant("replied_at")],
        {"act_id": "mandate_acts"},
        [["id"]],
        {"text": "text <> ''"},
        ["act_id"],
    ),
    "mandate_reports": (
        [number("id"), number("mandate_id"), day("held_on"), words("text"), instant("reported_at")],
        {"mandate_id": "mandates"},
        [["id"]],
        {"text": "text <> ''"},
        ["mandate_id"],
    ),
    "size_reports": (
        [
            number("id"), number("membership_id"), number("size"), day("counted_on"), words("source", 300),
            words("reported_by", 80), instant("reported_at"),
        ],
        {"membership_id": "memberships"},
        [["id"]],
        {"size": "size >= 0", "source": "source <> ''"},
        [],
    ),
    "positions": (
        [
            number("id"), number("organisation_id"), number("number"), number("decision_id"), day("adopted_on"),
            day("review_on"), day("dissent_until"), words("articles", 60), number("version_id"),
            number("supersedes_id", True), instant("recorded_at"), words("recorded_by", 80),
        ],
        {
            "organisation_id": "organisations", "decision_id": "decisions", "version_id": "constitution_versions",
            "supersedes_id": "positions",
        },
        [["id"], ["organisation_id", "number"], ["decision_id"], ["supersedes_id"]],
        {"review": "review_on > adopted_on", "dissent": "dissent_until >= adopted_on"},
        ["organisation_id", "version_id"],
    ),
    "position_dissents": (
        [
            number("position_id"), number("membership_id"), words("text"), day("entered_on"), instant("entered_at"),
        ],
        {"position_id": "positions", "membership_id": "memberships"},
        [["position_id", "membership_id"]],
        {"text": "text <> ''"},
        ["membership_id"],
    ),
}  # fmt: skip


def upgrade() -> None:
    for table, (columns, targets, (primary, *unique), checks, indexed) in TABLES.items():
        op.create_table(
            table,
            *(column._copy() for column in columns),
            *(
                sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
                for column, target in targets.items()
            ),
            *(sa.CheckConstraint(test, name=op.f(f"ck_{table}_{name}")) for name, test in checks.items()),
            *(sa.UniqueConstraint(*key, name=op.f(f"uq_{table}_{'_'.join(key)}")) for key in unique),
            sa.PrimaryKeyConstraint(*primary, name=op.f(f"pk_{table}")),
        )
        for column in indexed:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_size_reports_latest", "size_reports", ["membership_id", "counted_on", "id"])
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for table, name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{name}()")
