"""What awaits each of us, and who did what."""

from datetime import date

from flask import current_app, g, render_template, request
from flask_babel import format_date
from flask_babel import gettext as _

from coop.access import Permission, public, requires
from coop.blueprints.reports import bp
from coop.blueprints.reports.around import ways
from coop.blueprints.reports.forms import PracticeForm
from coop.services import ballots, records, reports
from coop.transaction import chain_events, seal_ballot

Page = str | tuple[str, int]


@bp.get("/")
@public
def front() -> Page:
    person = g.person
    return render_template(
        "reports/front.html",
        organisations=reports.organisations_of(person, g.now) if person else [],
        demonstration=reports.demonstration() if current_app.config["COOP"].demo else [],
        empty=reports.is_empty(),
    )


@bp.get("/<organisation>/")
@public
def home() -> Page:
    if g.actor.status not in ("active", "suspended"):
        return render_template("reports/visitor.html")
    _open_and_seal_what_is_due()
    home = reports.home_of(g.organisation, g.actor, g.now)
    return render_template(
        "reports/home.html",
        home=home,
        waiting=_waiting(home.tasks),
        today=format_date(g.organisation.day_of(g.now), "EEEE d MMMM"),
        greeting=_greeting(reports.hour_of(g.organisation, g.now), g.actor.membership.name),
    )


@bp.route("/<organisation>/practice", methods=["GET", "POST"])
@requires(Permission.SEE_MEMBER_PAGES)
def practice() -> Page:
    """A ballot to try: what is sent here goes nowhere."""
    form = PracticeForm()
    sent = form.validate_on_submit()
    status = 422 if form.is_submitted() and not sent else 200
    words = {"for": _("For"), "against": _("Against"), "abstain": _("Abstain")} if sent else {}
    return render_template("reports/practice.html", form=form, chosen=words.get(form.choice.data)), status


@bp.get("/<organisation>/desk")
@requires(Permission.SEE_DESK)
def desk() -> Page:
    return render_template("reports/desk.html", piles=reports.desk_of(g.organisation, g.actor, g.now))


@bp.get("/<organisation>/audit")
@requires(Permission.SEE_AUDIT)
def audit() -> Page:
    organisation_id = g.organisation.id
    chain_events(lambda: records.chain_events(organisation_id))
    subject = "".join(sign for sign in request.args.get("subject", "") if sign.isprintable())
    search = reports.Search(subject, _day("since"), _day("until"))
    trail = reports.read_trail(g.organisation, g.actor, search, request.args.get("page", 1, type=int))
    return render_template("reports/audit.html", trail=trail, search=search)


@bp.get("/<organisation>/more")
@requires(Permission.SEE_MEMBER_PAGES)
def more() -> Page:
    return render_template("reports/more.html", groups=ways())


def _open_and_seal_what_is_due() -> None:
    """What awaits a member depends on ballots whose time has come."""
    if not reports.ballots_due(g.organisation, g.now):
        return
    to_open, to_seal = ballots.ids_due(g.now, g.organisation.id)
    for ballot_id in to_open:
        seal_ballot(lambda one=ballot_id: ballots.open_due(one, g.now))
    for ballot_id in to_seal:
        seal_ballot(lambda one=ballot_id: ballots.seal(one, g.now))


def _greeting(hour: int, name: str) -> str:
    first = name.split(maxsplit=1)[0] if name else ""
    if 5 <= hour < 12:
        return _("Good morning, %(name)s", name=first)
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s", name=first)
    return _("Good evening, %(name)s", name=first)


def _waiting(count: int) -> str:
    """“Three things wait for you.”, in words as far as one counts on fingers."""
    words = {
        1: _("One thing waits for you."),
        2: _("Two things wait for you."),
        3: _("Three things wait for you."),
        4: _("Four things wait for you."),
        5: _("Five things wait for you."),
    }
    return words.get(count) or _("%(count)s things wait for you.", count=count)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
