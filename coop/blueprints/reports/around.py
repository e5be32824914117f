"""The way around: every page that stands in no menu, shown to whoever may open it."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, g, url_for
from flask_babel import gettext as _

from coop.access import may
from coop.predicates import Door


@dataclass(frozen=True)
class Way:
    address: str
    label: str
    says: str


def ways() -> list[tuple[str, list[Way]]]:
    """The groups of the page; one without a way in it is left out."""
    groups = ((heading, list(_open_to_me(places))) for heading, places in _places())
    return [(heading, found) for heading, found in groups if found]


def _open_to_me(places: list[tuple[str, str, str]]) -> Iterator[Way]:
    door = Door(g.organisation)
    for endpoint, label, says in places:
        view = current_app.view_functions.get(endpoint)
        if view is None:
            continue
        permission = getattr(view, "coop_permission", None)
        if permission is None or may(g.actor, permission, door) or may(g.actor, permission, g.organisation):
            yield Way(url_for(endpoint), label, says)


def _places() -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            _("How we decide"),
            [
                (
                    "constitution.show",
                    _("Constitution"),
                    _("The rules, with the numbers this program obeys."),
                ),
                ("ballots.decisions", _("Decisions"), _("Everything decided, with counts and reasons.")),
                ("dues.plans", _("Dues plans"), _("What members owe, and the decisions that set it.")),
                ("organisations.offices", _("Offices"), _("Who does what, since when, and until when.")),
                ("mandates.position_index", _("Positions"), _("What we say, because we decided it.")),
                ("mandates.index", _("Mandates"), _("Whom we send elsewhere, and what they did.")),
                ("mandates.federation", _("Federation"), _("What we belong to, and who belongs to us.")),
                ("petitions.index", _("Petitions"), _("For a general meeting, or for a recall.")),
                ("meetings.documents_index", _("Papers"), _("Minutes and other papers that were issued.")),
            ],
        ),
        (
            _("Your membership"),
            [
                (
                    "members.me",
                    _("What is held about you"),
                    _("See it, export it, ask for erasure, resign."),
                ),
                ("members.applicants", _("Who wishes to join"), _("Sponsor those whom you know.")),
                ("accounts.password", _("Password"), _("Set or change it.")),
                ("reports.practice", _("Practise voting"), _("Nothing is recorded.")),
            ],
        ),
        (
            _("Check"),
            [
                (
                    "reports.audit",
                    _("Audit trail"),
                    _("Who did what, and proof that nothing was changed later."),
                ),
                ("treasury.ledger", _("Ledger"), _("Every booking, and that they balance.")),
            ],
        ),
        (
            _("For officers"),
            [
                ("reports.desk", _("My desk"), _("What waits for your office.")),
                ("members.applications", _("Applications"), _("Admit or refuse, with a reason.")),
                ("members.index", _("Register of members"), _("Numbers, names and dates.")),
                (
                    "members.import_register",
                    _("Import members"),
                    _("A list you have already, after a dry run."),
                ),
                (
                    "organisations.settings",
                    _("Settings"),
                    _("Name, summary and contact of the organisation."),
                ),
                (
                    "ballots.new_motion",
                    _("Put a motion to the vote"),
                    _("Majority and period come from the rules."),
                ),
                ("ballots.new_election", _("Hold an election"), _("Ranked papers, counted by the rules.")),
                ("meetings.new", _("Plan a meeting"), _("With its agenda; notice is checked.")),
                ("dues.run", _("Charge dues"), _("See first what would be charged, and why.")),
                ("dues.arrears", _("Open charges"), _("Who owes what, and since when.")),
                ("treasury.index", _("Bank"), _("Statements, and what they brought.")),
                (
                    "treasury.new_statement",
                    _("Upload a statement"),
                    _("Lines are matched by their reference."),
                ),
            ],
        ),
    ]
