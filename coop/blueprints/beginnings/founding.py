"""The pages of a founding: questions, draft, founders, meeting; nothing typed is lost, one can come back."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.beginnings import bp
from coop.blueprints.beginnings.doing import Answer, do, go
from coop.blueprints.beginnings.forms import (
    AcceptForm,
    FounderForm,
    PlaceForm,
    QuestionsForm,
    meeting_form,
)
from coop.blueprints.beginnings.steps import Step, in_order
from coop.errors import Refusal
from coop.gateways import markdown
from coop.rules.constitution import Effective
from coop.rules.founding import QUESTIONS
from coop.rules.provisions import REGISTRY
from coop.services import beginnings, constitution
from coop.services.beginnings import OFFICES, Founding
from coop.services.beginnings.founding import ANSWERED, titles
from coop.transaction import writing


def founding_page(refusal: str = "") -> str:
    """The checklist, and once open the record of the founding."""
    founding = beginnings.founding_of(g.organisation)
    return render_template(
        "beginnings/founding.html",
        founding=founding,
        steps=_steps(founding),
        refusal=refusal,
        offices=titles(),
        form=AcceptForm(formdata=None),
    )


@bp.route("/<organisation>/beginning/questions", methods=["GET", "POST"])
@requires(Permission.FOUND_TOGETHER)
def questions() -> Answer:
    """About eight questions; each answer changes words and value of the draft together."""
    beginning = beginnings.founding_of(g.organisation).beginning
    form = QuestionsForm(data=beginning.answers | {"name": g.organisation.name})
    accepted = len(beginnings.founding_of(g.organisation).accepted)

    def page() -> str:
        return render_template("beginnings/questions.html", form=form, accepted=accepted)

    def deed() -> None:
        beginnings.answer_questions(
            g.organisation, g.actor, g.now, name=form.name.data or "", answers=form.answers
        )

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".draft", _("Your answers are in the draft. Read it."))


@bp.route("/<organisation>/beginning/draft", methods=["GET", "POST"])
@requires(Permission.FOUND_TOGETHER)
def draft() -> Answer:
    """Read the draft with the answers marked, and accept it for oneself."""
    form = AcceptForm()

    def page() -> str:
        founding = beginnings.founding_of(g.organisation)
        mine = beginnings.my_founder(founding, g.actor)
        form.sha256.data = founding.beginning.sha256  # what is read from now on
        return render_template(
            "beginnings/draft.html",
            form=form,
            founding=founding,
            pieces=markdown.render(founding.beginning.text, _leads_to),
            answers=_answers(founding.beginning.text),
            accepted=founding.has_accepted(mine),
        )

    def deed() -> None:
        beginnings.accept(g.organisation, g.actor, g.now, sha256=form.sha256.data or "")

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".show", _("You have accepted the draft."))


@bp.route("/<organisation>/beginning/founders", methods=["GET", "POST"])
@requires(Permission.FOUND_TOGETHER)
def founders() -> Answer:
    """Who founds, and how far each has come; invite another."""
    form = FounderForm()

    def page() -> str:
        return render_template(
            "beginnings/founders.html",
            form=form,
            founding=beginnings.founding_of(g.organisation),
            fewest=beginnings.FEWEST_FOUNDERS,
        )

    def deed() -> None:
        beginnings.invite_founder(
            g.organisation, g.actor, g.now, name=form.founder.data or "", email=form.email.data or ""
        )

    if request.method == "GET":
        return page()
    said = _("%(name)s is invited by mail.", name=form.founder.data)
    return do(form, deed, page) or go(".founders", said)


@bp.post("/<organisation>/beginning/withdraw")
@requires(Permission.FOUND_TOGETHER)
def withdraw() -> Response:
    with writing():
        beginnings.withdraw(g.organisation, g.actor, g.now)
    flash(_("You do not found with the others any more."))
    return redirect(url_for("reports.front"))


@bp.route("/<organisation>/beginning/place", methods=["GET", "POST"])
@requires(Permission.FOUND_TOGETHER)
def place() -> Answer:
    """When and where the founders meet."""
    form = PlaceForm(data={"meets": beginnings.founding_of(g.organisation).beginning.meets})

    def page() -> str:
        return render_template("beginnings/place.html", form=form)

    def deed() -> None:
        beginnings.set_meeting(g.organisation, g.actor, g.now, meets=form.meets.data or "")

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".show", _("The founding meeting is set."))


@bp.route("/<organisation>/beginning/meeting", methods=["GET", "POST"])
@requires(Permission.FOUND_TOGETHER)
def meeting() -> Answer:
    """Take part: be there, adopt the text, and vote for officers by name."""
    founding = beginnings.founding_of(g.organisation)
    mine = beginnings.my_founder(founding, g.actor)
    given: dict[str, Any] = {"adopts": founding.has_met(mine)}
    given |= {
        kind: founding.votes[mine.id, kind] or 0 for kind in OFFICES if (mine.id, kind) in founding.votes
    }
    form = meeting_form(titles(), {one.id: one.name for one in founding.founders}, data=given)

    def page() -> str:
        form.sha256.data = founding.beginning.sha256
        return render_template("beginnings/meeting.html", form=form, founding=founding, offices=titles())

    def deed() -> None:
        votes = {kind: form[kind].data or None for kind in OFFICES}
        beginnings.take_part(g.organisation, g.actor, g.now, sha256=form.sha256.data or "", votes=votes)

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".show", _("Your votes are on the record."))


@bp.post("/<organisation>/beginning/open")
@requires(Permission.FOUND_TOGETHER)
def open_it() -> Answer:
    authorize(g.actor, Permission.FOUND_TOGETHER, g.organisation)
    try:
        with writing():
            beginnings.open_founded(g.organisation, g.actor, g.now)
    except Refusal as refusal:
        return founding_page(str(refusal)), 409
    flash(_("%(name)s is founded, and you are among its first members.", name=g.organisation.name))
    return redirect(url_for("reports.home"))


def _leads_to(mark: dict[str, str]) -> str:
    """The question behind marked words, or the list of all values."""
    plain = not {"body", "office", "class"} & set(mark)
    asked = next((one for one in QUESTIONS if plain and one.key == mark.get("provision")), None)
    return url_for(".questions", _anchor=asked.name) if asked else "#values"


def _answers(text: str) -> tuple[list[Any], list[Any]]:
    """The values of the draft: those that were answered, and all others that it carries or leaves open."""
    effective = constitution.read(text).effective
    asked = {question.key: question.name for question in QUESTIONS}
    mine = [one for one in effective if one.key in asked and not one.scope]
    others = [(_label(one), one) for one in effective if one not in mine]
    return [(asked[one.key], one) for one in mine], others


def _label(one: Effective) -> str:
    label, scope = REGISTRY[one.key].label, one.scope.partition("=")[2]
    return f"{label} ({scope})" if scope else label


def _steps(founding: Founding) -> list[Step]:
    everyone = len(founding.founders)
    enough = everyone >= beginnings.FEWEST_FOUNDERS
    return in_order(
        [
            (
                _("Answer the questions"),
                _("The model’s own answers are safe. Change what you want otherwise."),
                url_for(".questions"),
                ANSWERED in founding.beginning.answers,
            ),
            (
                _("Invite the founders"),
                ngettext("%(num)d founder so far.", "%(num)d founders so far.", everyone),
                url_for(".founders"),
                enough,
            ),
            (
                _("Read and accept the draft"),
                _("%(n)s of %(all)s have accepted it.", n=len(founding.accepted), all=everyone),
                url_for(".draft"),
                enough and founding.all_accepted,
            ),
            (
                _("Set the founding meeting"),
                founding.beginning.meets or _("Say when and where."),
                url_for(".place"),
                bool(founding.beginning.meets),
            ),
            (
                _("Meet, adopt the text, elect officers"),
                _("%(n)s of %(all)s have taken part.", n=len(founding.met), all=everyone),
                url_for(".meeting"),
                enough and founding.all_met,
            ),
        ]
    )
