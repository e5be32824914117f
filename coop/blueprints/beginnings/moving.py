"""The pages of a moving-in: officers, text, marks, questions, balances; in any order, and one can come back."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from coop.access import Permission, authorize, may, requires
from coop.blueprints.beginnings import bp
from coop.blueprints.beginnings.doing import Answer, do, go
from coop.blueprints.beginnings.forms_moving import (
    AnswerForm,
    AskForm,
    AttestForm,
    BalancesForm,
    OfficerForm,
    OwnMarkForm,
    RegisteredForm,
    marks_form,
)
from coop.blueprints.beginnings.steps import Step, in_order
from coop.errors import Missing, Refusal
from coop.gateways import markdown
from coop.rules.provisions import REGISTRY
from coop.services import beginnings, constitution, organisations
from coop.services.beginnings import Moving
from coop.services.beginnings.founding import titles
from coop.services.beginnings.moving import ATTESTING
from coop.transaction import writing


def moving_page(refusal: str = "") -> str:
    """What is done, what comes next; to members what they can read and ask."""
    moving = beginnings.moving_of(g.organisation, g.now)
    return render_template(
        "beginnings/moving.html",
        moving=moving,
        steps=_steps(moving),
        missing=[] if moving.beginning.opened_at else beginnings.why_not_open(g.organisation, g.now),
        refusal=refusal,
        form=AttestForm(formdata=None),
        prepares=may(g.actor, Permission.PREPARE_MOVE, g.organisation),
    )


@bp.route("/<organisation>/beginning/officers", methods=["GET", "POST"])
@requires(Permission.PREPARE_MOVE)
def officers() -> Answer:
    """Who holds which office today, and by which decision of which meeting."""
    _moving()
    form = OfficerForm()
    form.kind.choices = [SelectChoice(kind, title) for kind, title in titles().items()]

    def page() -> str:
        today = g.organisation.day_of(g.now)
        held = [one for one in organisations.holders_on(g.organisation, today) if one.holder]
        return render_template("beginnings/officers.html", form=form, held=held)

    def deed() -> None:
        beginnings.name_officer(
            g.organisation,
            g.actor,
            g.now,
            kind=form.kind.data,
            number=form.number.data or 0,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            source=form.source.data or "",
        )

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".officers", _("The officer is entered."))


@bp.route("/<organisation>/beginning/registered", methods=["GET", "POST"])
@requires(Permission.PREPARE_MOVE)
def registered() -> Answer:
    """The registered text, unchanged."""
    beginning = _moving().beginning
    form = RegisteredForm(data={"text": beginning.registered, "registered_on": beginning.registered_on})

    def page() -> str:
        return render_template("beginnings/registered.html", form=form)

    def deed() -> None:
        beginnings.take_text(
            g.organisation,
            g.actor,
            g.now,
            text=form.text.data or "",
            registered_on=form.registered_on.data,
        )

    if request.method == "GET":
        return page()
    said = _("The text is here, every word as it was. Now say what its words rule.")
    return do(form, deed, page) or go(".marks", said)


@bp.route("/<organisation>/beginning/marks", methods=["GET", "POST"])
@requires(Permission.PREPARE_MOVE)
def marks() -> Answer:
    """Which of the words state a rule that the software obeys: yes or no to each offer."""
    beginning = _text()
    offers = beginnings.offers_of(beginning)
    chosen = dict.fromkeys(beginning.answers.get("yes", ()), "yes")
    chosen |= dict.fromkeys(beginning.answers.get("no", ()), "no")
    form: Any = marks_form(len(offers), data={f"offer_{at}": said for at, said in chosen.items()})

    def deed() -> None:
        said = {at: form[f"offer_{at}"].data for at in range(len(offers))}
        beginnings.choose_marks(
            g.organisation,
            g.actor,
            g.now,
            yes=[at for at, answer in said.items() if answer == "yes"],
            no=[at for at, answer in said.items() if answer == "no"],
        )

    def page() -> str:
        return _marks_page(form, OwnMarkForm(formdata=None))

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".text", _("The words are marked. Read them in the text."))


@bp.post("/<organisation>/beginning/marks/own")
@requires(Permission.PREPARE_MOVE)
def own_mark() -> Answer:
    """Mark words that were not offered."""
    _text()
    form = OwnMarkForm()

    def deed() -> None:
        names = ("article", "words", "key", "value")
        asked = {name: form[name].data or "" for name in names}
        beginnings.mark_words(g.organisation, g.actor, g.now, asked=asked)

    def page() -> str:
        beginning = _text()
        given = {f"offer_{at}": "yes" for at in beginning.answers.get("yes", ())}
        given |= {f"offer_{at}": "no" for at in beginning.answers.get("no", ())}
        return _marks_page(marks_form(len(beginnings.offers_of(beginning)), formdata=None, data=given), form)

    return do(form, deed, page) or go(".marks", _("The words are marked."))


@bp.post("/<organisation>/beginning/marks/own/<int:number>/remove")
@requires(Permission.PREPARE_MOVE)
def remove_mark(number: int) -> Answer:
    _text()
    with writing():
        beginnings.unmark_words(g.organisation, g.actor, g.now, at=number - 1)
    return go(".marks", _("The mark is taken away. The words stay."))


@bp.get("/<organisation>/beginning/text")
@requires(Permission.SEE_BEGINNING)
def text() -> str:
    """The text with its marks, for officers to attest and for members to question."""
    return _text_page(AskForm(formdata=None))


@bp.post("/<organisation>/beginning/text/attest")
@requires(Permission.ATTEST_TEXT)
def attest() -> Answer:
    _text()
    form = AttestForm()

    def deed() -> None:
        beginnings.attest(g.organisation, g.actor, g.now, sha256=form.sha256.data or "")

    def page() -> str:
        return _text_page(AskForm(formdata=None), attesting=form)

    return do(form, deed, page) or go(".show", _("You have attested the marks."))


@bp.post("/<organisation>/beginning/text/ask")
@requires(Permission.ASK_ABOUT_TEXT)
def ask() -> Answer:
    _text()
    form = AskForm()

    def deed() -> None:
        beginnings.ask(
            g.organisation, g.actor, g.now, article=form.article.data or "", text=form.text.data or ""
        )

    return do(form, deed, lambda: _text_page(form)) or go(".text", _("Your question is with the officers."))


@bp.route("/<organisation>/beginning/text/questions/<int:number>", methods=["GET", "POST"])
@requires(Permission.ATTEST_TEXT)
def answer(number: int) -> Answer:
    """Answer a question of a member."""
    question = next((one for one in _moving().questions if one.id == number), None)
    if question is None:
        raise Missing
    form = AnswerForm()

    def deed() -> None:
        beginnings.answer(g.organisation, g.actor, g.now, question_id=number, answer=form.answer.data or "")

    def page() -> str:
        asked = next(one for one in _moving().questions if one.id == number)
        return render_template("beginnings/answer.html", form=form, question=asked)

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".text", _("Your answer stands beside the question."))


@bp.route("/<organisation>/beginning/balances", methods=["GET", "POST"])
@requires(Permission.ENTER_OPENING_BALANCES)
def balances() -> Answer:
    """What the organisation has and owes on the day it moves in, and what members owe already."""
    moving = _moving()
    form = BalancesForm(g.organisation.currency)

    def page() -> str:
        return render_template("beginnings/balances.html", form=form, moving=moving)

    def deed() -> None:
        beginnings.enter_balances(
            g.organisation, g.actor, g.now, on=form.on.data, amounts=form.minor, owed=form.by_member
        )

    if request.method == "GET":
        return page()
    return do(form, deed, page) or go(".show", _("The balances are booked. Both sides are equal."))


@bp.post("/<organisation>/beginning/move-in")
@requires(Permission.PREPARE_MOVE)
def move_in() -> Answer:
    authorize(g.actor, Permission.PREPARE_MOVE, g.organisation)
    _moving()
    try:
        with writing():
            beginnings.open_moved(g.organisation, g.actor, g.now)
    except Refusal as refusal:
        return moving_page(str(refusal)), 409
    flash(_("%(name)s is open. Its own text is in force here.", name=g.organisation.name))
    return redirect(url_for("reports.home"))


def _moving() -> Moving:
    return beginnings.moving_of(g.organisation, g.now)


def _text() -> Any:
    """The beginning with its text; without a text there is nothing to mark."""
    beginning = _moving().beginning
    if not beginning.registered:
        raise Refusal(_("Bring the registered text first."))
    return beginning


def _marks_page(form: Any, own: OwnMarkForm) -> str:
    beginning = _text()
    return render_template(
        "beginnings/marks.html",
        form=form,
        own_form=own,
        offers=beginnings.offers_of(beginning),
        own=beginnings.own_marks_of(beginning),
        spelled=_spelled,
    )


def _text_page(form: AskForm, attesting: AttestForm | None = None) -> str:
    moving, beginning = _moving(), _text()
    attesting = attesting or AttestForm(formdata=None)
    attesting.sha256.data = beginning.sha256
    until = moving.until
    return render_template(
        "beginnings/text.html",
        form=form,
        attesting=attesting,
        moving=moving,
        needed=ATTESTING,
        until=until,
        can_ask=until is not None and g.now < until and not beginning.opened_at,
        attested=any(one.membership_id == g.actor.membership_id for one in moving.attested),
        pieces=markdown.render(beginning.text, lambda _mark: "#values"),
        values=constitution.read(beginning.text).provisions,
        label=lambda one: REGISTRY[one.key].label,
        spelled=_spelled,
    )


def _spelled(key: str, value: str) -> str:
    provision = REGISTRY[key]
    return provision.spell(provision.parse(value))


def _steps(moving: Moving) -> list[Step]:
    beginning = moving.beginning
    held = ", ".join(title for kind, title in titles().items() if kind in moving.held)
    chosen = "yes" in beginning.answers
    attested = len(moving.attested)
    counted = ngettext("%(num)d member is here.", "%(num)d members are here.", moving.members)
    return in_order(
        [
            (
                _("Bring the list of members"),
                counted if moving.members else _("A table, checked before anything is entered."),
                url_for("members.import_register"),
                moving.members > 0,
            ),
            (
                _("Enter the officers"),
                held or _("Each with the meeting that elected them."),
                url_for(".officers"),
                set(beginnings.NEEDED) <= moving.held,
            ),
            (
                _("Bring the registered text"),
                _("Every word stays."),
                url_for(".registered"),
                bool(beginning.registered),
            ),
            (
                _("Say what its words rule"),
                _("Marks are offered; you say yes or no."),
                url_for(".marks") if beginning.registered else "",
                chosen,
            ),
            (
                _("Two officers attest the marks"),
                _("%(n)s of %(needed)s have.", n=attested, needed=ATTESTING),
                url_for(".text") if beginning.registered else "",
                attested >= ATTESTING,
            ),
            (
                _("Members ask"),
                _("Fourteen days. %(n)s wait for an answer.", n=moving.unanswered)
                if moving.until
                else _("Fourteen days, from the second officer’s attestation on."),
                url_for(".text") if beginning.registered else "",
                moving.until is not None and g.now >= moving.until and not moving.unanswered,
            ),
            (
                _("The treasurer enters the balances"),
                _("One entry that sums to zero, with what members owe."),
                url_for(".balances")
                if may(g.actor, Permission.ENTER_OPENING_BALANCES, g.organisation)
                else "",
                beginning.balances_entry_id is not None,
            ),
        ]
    )
