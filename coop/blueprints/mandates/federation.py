"""A federation from both sides: the organisation above, and the member organisations below."""

from flask import g, render_template, url_for
from flask_babel import gettext as _

from coop.access import Permission, authorize, requires
from coop.blueprints.mandates import bp
from coop.blueprints.mandates.doing import Answer, cited, deed_on_page
from coop.blueprints.mandates.forms import JoinForm, RecogniseForm, SizeForm
from coop.errors import Missing
from coop.services import mandates, members, organisations


@bp.get("/federation")
@requires(Permission.SEE_MANDATES)
def federation() -> str:
    tie = mandates.affiliation_of(g.organisation)
    return render_template(
        "mandates/federation.html",
        tie=tie,
        reports=members.size_reports_of(tie.membership) if tie and tie.membership else [],
        children=mandates.children_of(g.organisation, g.actor, g.now),
        waiting=mandates.waiting(g.organisation),
    )


@bp.route("/federation/join", methods=["GET", "POST"])
@requires(Permission.KEEP_MANDATES)
def join() -> Answer:
    """Record that the members decided to belong to a federation."""
    authorize(g.actor, Permission.KEEP_MANDATES, g.organisation)
    form = JoinForm()
    form.offer(one for one in mandates.decisions_to_cite(g.organisation) if one.outcome == "carried")

    def deed() -> None:
        parent = organisations.find_organisation(form.parent.data or "")
        mandates.join(g.organisation, g.actor, g.now, parent=parent, decision=cited(form))

    return deed_on_page(
        form,
        deed,
        lambda: render_template("mandates/join.html", form=form),
        _("It is on record. The federation's secretary recognises it next."),
        url_for(".federation"),
    )


@bp.route("/federation/report", methods=["GET", "POST"])
@requires(Permission.REPORT_SIZE)
def report_size() -> Answer:
    """Tell the federation how many members there are."""
    authorize(g.actor, Permission.REPORT_SIZE, g.organisation)
    form = SizeForm(data={"counted_on": g.organisation.day_of(g.now)})

    def deed() -> None:
        mandates.report_size(
            g.organisation,
            g.actor,
            g.now,
            size=form.size.data,
            counted_on=form.counted_on.data,
            source=form.source.data or "",
        )

    def page() -> str:
        today = members.count_active(g.organisation, g.organisation.day_of(g.now))
        return render_template("mandates/report_size.html", form=form, today=today)

    return deed_on_page(form, deed, page, _("The federation has the number."), url_for(".federation"))


@bp.route("/federation/recognise/<child>", methods=["GET", "POST"])
@requires(Permission.CHANGE_MEMBER)
def recognise(child: str) -> Answer:
    """Say which membership of this federation an organisation holds."""
    authorize(g.actor, Permission.CHANGE_MEMBER, g.organisation)
    tie = next((one for one in mandates.waiting(g.organisation) if one.organisation.slug == child), None)
    if tie is None:
        raise Missing
    form = RecogniseForm()
    form.offer(mandates.to_recognise(g.organisation))

    def deed() -> None:
        membership = members.find(g.organisation, form.membership.data)
        mandates.recognise(g.organisation, g.actor, g.now, child=child, membership=membership)

    def page() -> str:
        return render_template("mandates/recognise.html", form=form, tie=tie)

    said = _("From now on its delegate votes here, whom its own decision names.")
    return deed_on_page(form, deed, page, said, url_for(".federation"))
