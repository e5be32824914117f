"""Members propose changes of the constitution, article by article; everybody reads what would follow."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.constitution import bp
from coop.blueprints.constitution.forms import (
    AboutForm,
    ArticleForm,
    FirstArticleForm,
    RegistrationForm,
    stage_words,
)
from coop.errors import Missing, Refusal
from coop.models.constitution import Amendment, ConstitutionVersion
from coop.rules.amendments import body_of
from coop.rules.marking import Marked, split_marks
from coop.rules.provisions import BadValue
from coop.services import ballots, constitution
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


def find(number: int) -> Amendment:
    return constitution.find_amendment(g.organisation, number, g.actor)


@bp.get("/constitution/amendments")
@requires(Permission.SEE_MEMBER_PAGES)
def amendments() -> str:
    """What members want to change, and what became of it."""
    found = constitution.amendments_of(g.organisation, g.actor)
    return render_template("constitution/amendments.html", found=found, stages=stage_words(), now=g.now)


@bp.route("/constitution/amendments/new", methods=["GET", "POST"])
@requires(Permission.PROPOSE_AMENDMENT)
def propose() -> Answer:
    """Begin a change with one article; it can be added to a draft instead."""
    base = _latest()
    number = request.args.get("article", "")
    words, marks = _words_of(base, None, number)
    form = _filled(FirstArticleForm, number, words, marks)

    def page() -> str:
        drafts = [
            one for one in constitution.amendments_of(g.organisation, g.actor) if one.stage == "drafted"
        ]
        return render_template(
            "constitution/propose.html", form=form, number=number, marks=marks, drafts=drafts, base=base
        )

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        body = form.body(marks)
        with writing():
            amendment = constitution.draft_amendment(
                g.organisation,
                g.actor,
                g.now,
                title=form.title.data or "",
                reasons=form.reasons.data or "",
            )
            _write(amendment, number, form, body)
            made = amendment.number
    except (Refusal, BadValue) as why:
        form.text.errors = [*form.text.errors, str(why)]
        return page(), 409
    flash(_("Your draft is kept. Only you see it until you hand it in."))
    return redirect(url_for(".amendment", number=made))


@bp.get("/constitution/amendments/<int:number>")
@requires(Permission.SEE_MEMBER_PAGES)
def amendment(number: int) -> str:
    return render_amendment(number)


def render_amendment(number: int, refusal: str = "") -> str:
    """What it changes, in words and in effects, and what can be done with it now."""
    found = find(number)
    stage = found.stage_at(g.now)
    ballot = ballots.vote_on(found)
    changed = {one.number for one in found.articles}
    why_stale = (
        constitution.why_stale(found, g.organisation)
        if stage in ("drafted", "seconding", "handed in", "voting")
        else ""
    )
    return render_template(
        "constitution/amendment.html",
        amendment=found,
        stage=stage,
        stages=stage_words(),
        preview=constitution.preview(found, g.organisation),
        why_stale=why_stale,
        refusal=refusal,
        mine=found.drafted_by_id == g.actor.membership_id,
        ballot=ballot,
        seconding=_seconding(found, stage, stale=bool(why_stale)),
        may_put=ballot is None or ballot.void_at is not None,
        others=[article.number for article in found.base.articles if article.number not in changed],
    )


@bp.route("/constitution/amendments/<int:number>/article", methods=["GET", "POST"])
@requires(Permission.PROPOSE_AMENDMENT)
def amend_article(number: int) -> Answer:
    """Edit one article of a draft, or write a new one."""
    draft = find(number)
    authorize(g.actor, Permission.CHANGE_AMENDMENT, draft)
    constitution.refuse_unless_drafted(draft)
    article = request.args.get("article", "")
    words, marks = _words_of(draft.base, draft, article)
    form = _filled(ArticleForm, article, words, marks)

    def page() -> str:
        return render_template(
            "constitution/amend_article.html",
            form=form,
            number=article,
            marks=marks,
            amendment=draft,
            change=next((one for one in draft.articles if one.number == article), None),
        )

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        body = form.body(marks)
        with writing():
            _write(find(number), article, form, body)
    except (Refusal, BadValue) as why:
        form.text.errors = [*form.text.errors, str(why)]
        return page(), 409
    flash(_("Your draft is kept."))
    return redirect(url_for(".amendment", number=number))


@bp.post("/constitution/amendments/<int:number>/remove")
@requires(Permission.PROPOSE_AMENDMENT)
def remove_article(number: int) -> Answer:
    return _deed(
        number, constitution.remove_article, _("The article is removed in your draft."), article=True
    )


@bp.post("/constitution/amendments/<int:number>/leave")
@requires(Permission.PROPOSE_AMENDMENT)
def leave_article(number: int) -> Answer:
    return _deed(number, constitution.leave_article, _("The article stays as it is."), article=True)


@bp.post("/constitution/amendments/<int:number>/hand-in")
@requires(Permission.PROPOSE_AMENDMENT)
def hand_in(number: int) -> Answer:
    return _deed(number, constitution.hand_in, _("It is handed in. Every member can read it now."))


@bp.post("/constitution/amendments/<int:number>/second")
@requires(Permission.SECOND_MOTION)
def second(number: int) -> Answer:
    return _deed(number, ballots.second_amendment, _("You second this change. That stands."))


@bp.post("/constitution/amendments/<int:number>/withdraw")
@requires(Permission.PROPOSE_AMENDMENT)
def withdraw(number: int) -> Answer:
    return _deed(number, constitution.withdraw_amendment, _("It is withdrawn."))


@bp.route("/constitution/amendments/<int:number>/about", methods=["GET", "POST"])
@requires(Permission.PROPOSE_AMENDMENT)
def describe(number: int) -> Answer:
    """Change what a draft is called, and why it is proposed."""
    draft = find(number)
    authorize(g.actor, Permission.CHANGE_AMENDMENT, draft)
    constitution.refuse_unless_drafted(draft)
    said: dict[str, Any] = {"title": draft.title, "reasons": draft.reasons}
    form = AboutForm(data=said)
    if request.method == "GET":
        return render_template("constitution/about_amendment.html", form=form, amendment=draft)
    if not form.validate_on_submit():
        return render_template("constitution/about_amendment.html", form=form, amendment=draft), 422
    try:
        with writing():
            constitution.describe(
                find(number),
                g.organisation,
                g.actor,
                g.now,
                title=form.title.data or "",
                reasons=form.reasons.data or "",
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("constitution/about_amendment.html", form=form, amendment=find(number)), 409
    return redirect(url_for(".amendment", number=number))


@bp.post("/constitution/amendments/<int:number>/again")
@requires(Permission.PROPOSE_AMENDMENT)
def draft_again(number: int) -> Response:
    """Draft the same against the latest text."""
    with writing():
        made, left = constitution.draft_again(find(number), g.organisation, g.actor, g.now)
        again = made.number
    if left:
        flash(
            _(
                "These articles could not be taken along, write them anew: %(numbers)s.",
                numbers=", ".join(left),
            )
        )
    flash(_("This is a new draft against the latest text. Read it again before you hand it in."))
    return redirect(url_for(".amendment", number=again))


@bp.post("/constitution/amendments/<int:number>/put")
@requires(Permission.SET_UP_BALLOT)
def put(number: int) -> Answer:
    """Draft the vote on an amendment; it is checked and opened like any other."""
    found = find(number)
    try:
        with writing():
            made = ballots.put_amendment(find(number), g.organisation, g.actor, g.now).number
    except Refusal as refusal:
        return render_amendment(found.number, str(refusal)), 409
    flash(_("The vote is drafted. Nobody is told until you announce or open it."))
    return redirect(url_for("ballots.check", number=made))


@bp.route("/constitution/versions/<int:number>/registration", methods=["GET", "POST"])
@requires(Permission.RECORD_REGISTRATION)
def register(number: int) -> Answer:
    """Record on which day the regulator registered a version."""
    authorize(g.actor, Permission.RECORD_REGISTRATION, g.organisation)
    version = constitution.find_version(g.organisation, number)
    form = RegistrationForm()

    def page() -> str:
        return render_template(
            "constitution/registration.html",
            form=form,
            version=version,
            waits=constitution.awaits_registration(version),
        )

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            version = constitution.find_version(g.organisation, number)
            constitution.register_version(version, g.organisation, g.actor, form.registered_on.data, g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page(), 409
    flash(_("The registration is recorded."))
    return redirect(url_for(".show", version=number))


def _seconding(found: Amendment, stage: str, *, stale: bool) -> dict[str, Any] | None:
    """Who seconds it, by which article, and whether this member can; None where nobody need."""
    if found.seconding is None or not found.seconding.seconders:
        return None
    why_not = ""
    if stage == "seconding" and not stale and not ballots.has_seconded(found, g.actor):
        why_not = ballots.why_not_second_amendment(found, g.organisation, g.actor, g.now)
    return {
        "source": constitution.source_of_seconders(found, g.organisation),
        "source_of_time": constitution.source_of_time_to_second(found, g.organisation),
        "mine": ballots.has_seconded(found, g.actor),
        "can": stage == "seconding"
        and not stale
        and not ballots.has_seconded(found, g.actor)
        and not why_not,
        "why_not": why_not,
    }


def _latest() -> ConstitutionVersion:
    standing = [one for one in constitution.versions(g.organisation) if one.void_at is None]
    if not standing:
        raise Missing
    return standing[0]


def _words_of(
    base: ConstitutionVersion, draft: Amendment | None, number: str
) -> tuple[str, tuple[Marked, ...]]:
    """The words to edit, and the values behind them: as the draft has them, else as they stand."""
    if not number:
        return "", ()
    changed = next((one.text for one in draft.articles if one.number == number), "") if draft else ""
    text = changed or constitution.article_text(base, number)
    if not text:
        raise Missing
    if request.args.get("source") or request.form.get("source"):
        return body_of(text), ()
    return split_marks(body_of(text))


def _filled(kind: type[Any], number: str, words: str, marks: tuple[Marked, ...]) -> Any:
    form = kind(
        data={
            "text": words,
            "values": [mark.value for mark in marks],
            "source": "1" if request.args.get("source") or not number else "",
        }
    )
    if number:
        del form.article
    for mark in marks[len(form.values.entries) :]:  # sent without it: it can still be given
        form.values.append_entry(mark.value)
    return form


def _write(draft: Amendment, number: str, form: Any, body: str) -> None:
    """Write the article that was asked for, or a new one with the number that was typed."""
    typed = number or (form.article.data or "").strip()
    constitution.write_article(draft, g.organisation, g.actor, g.now, number=typed, body=body, new=not number)


def _deed(number: int, service: Any, said: str, *, article: bool = False) -> Answer:
    draft = find(number)
    more = {"number": request.form.get("article", "")} if article else {}
    try:
        with writing():
            service(find(number), g.organisation, g.actor, g.now, **more)
    except Refusal as refusal:
        return render_amendment(draft.number, str(refusal)), 409
    flash(said)
    return redirect(url_for(".amendment", number=number))
