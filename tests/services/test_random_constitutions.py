"""Whatever valid constitution is in force: what it forbids is refused with its article, what it just allows is done.

Each rule is played in co-ops of their own, one short of its bound and at it.
"""

from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from coop.rules.calendar import add_months
from coop.rules.provisions import CLASSES
from coop.services import ballots, dues, meetings, motions, works
from tests.random_constitutions import majorities, texts_of
from tests.random_house import A_SECOND, MOTION, Trials, counted
from tests.secret_house import keys_for

TRIALS = Trials()


@TRIALS.rule(decision__ordinary__seconders=counted(1, 3))
def one_seconder_too_few(house):
    needed = house.drawn.n("decision.ordinary.seconders")
    told = house.submitted()
    house.seconded(told, needed - 1)
    house.refused("decision.ordinary.seconders", motions.admit, told(), house.here, house.officer, house.now)
    house.seconded(told, needed)
    house.allowed(motions.admit, told(), house.here, house.officer, house.now)


@TRIALS.rule(decision__ordinary__seconders=counted(1, 3))
def put_to_the_vote_past_the_seconders(house):
    house.refused(
        "decision.ordinary.seconders",
        ballots.propose_motion,
        house.here,
        house.officer,
        house.now,
        title="Mill",
        text="Mill.",
        proposer=house.carl,
    )


@TRIALS.rule(decision__ordinary__seconders="1", motion__seconding=texts_of("motion.seconding"))
def seconded_too_late(house):
    told = house.submitted()
    until = house.wall(house.now, house.drawn.n("motion.seconding"))
    who = house.actor(house.members[0])
    house.refused("motion.seconding", motions.second, told(until), house.here, who, until)
    house.allowed(motions.second, told(until - A_SECOND), house.here, who, until - A_SECOND)


@TRIALS.rule(motion__debate=counted(1, 120, " days"))
def put_while_debated(house):
    told = house.admitted()
    until = house.wall(house.now, house.drawn.n("motion.debate"))
    house.refused(
        "motion.debate", motions.put, told(until - A_SECOND), house.here, house.officer, until - A_SECOND
    )
    house.allowed(motions.put, told(until), house.here, house.officer, until)


@TRIALS.rule(motion__lapse=counted(6, 60, " months"), motion__debate=counted(0, 100, " days"))
def put_after_it_lapsed(house):
    told = house.admitted()
    day = add_months(house.today, house.drawn.n("motion.lapse"))
    at = house.wall(house.now, (day - house.today).days)
    house.refused("motion.lapse", motions.put, told(at), house.here, house.officer, at)
    house.allowed(motions.put, told(at - A_SECOND), house.here, house.officer, at - A_SECOND)


@TRIALS.rule(decision__ordinary__again=counted(1, 24, " months"))
def moved_again_too_early(house):
    ballot = house.opened()
    house.cast(ballot, house.all, "against")
    decision = house.count(ballot)
    assert decision.outcome == "lost"
    first = add_months(decision.decided_on, house.drawn.n("decision.ordinary.again"))
    noons = [house.wall(house.now, (first - house.today).days + days) for days in (-1, 0)]
    for at, done in zip(noons, (house.refused, house.allowed), strict=True):
        carl = house.actor(house.carl, house.day(at))
        name = ("decision.ordinary.again",) if done == house.refused else ()
        done(*name, motions.submit, house.draft(at)(), house.here, carl, at)


@TRIALS.rule(decision__special__proposers=st.sampled_from(("officer", "board")))
def moved_by_whoever_may_not(house):
    fields = {**MOTION, "decision_class": "special", "body": house.assembly}
    member, carl = house.actor(house.members[0]), house.actor(house.carl)
    house.refused("decision.special.proposers", motions.draft_motion, house.here, member, house.now, **fields)
    house.allowed(motions.draft_motion, house.here, carl, house.now, **fields)


@TRIALS.rule(roll__cutoff=counted(1, 365, " days"))
def voted_before_the_waiting_period(house):
    opens_on = house.day(house.now)
    needed = timedelta(days=house.drawn.n("roll.cutoff"))
    late, just = (
        house.make.member(house.here, name, since=opens_on - needed + timedelta(days=days))
        for name, days in (("Late", 1), ("Just", 0))
    )
    ballot = house.deed(
        ballots.propose_motion,
        house.here,
        house.officer,
        house.now,
        title="Mill",
        text="Mill.",
        procedural=True,
    )
    house.deed(ballots.open_ballot, ballot, house.here, house.officer, house.now)
    house.refused("roll.cutoff", ballots.cast_vote, ballot, house.actor(late, opens_on), "for", house.now)
    house.allowed(ballots.cast_vote, ballot, house.actor(just, opens_on), "for", house.now)


@TRIALS.rule(proxy__limit=counted(1, 3))
def one_proxy_too_many(house):
    limit, ballot = house.drawn.n("proxy.limit"), house.opened()
    *givers, last = house.members[: limit + 1]
    number = house.carl.number
    for one in givers:
        house.allowed(
            ballots.name_proxy, ballot, house.here, house.actor(one), ballot.opens_at, number=number
        )
    house.refused(
        "proxy.limit",
        ballots.name_proxy,
        ballot,
        house.here,
        house.actor(last),
        ballot.opens_at,
        number=number,
    )


@TRIALS.rule(proxy__limit="0")
def any_proxy_where_there_are_none(house):
    ballot, who = house.opened(), house.actor(house.members[0])
    house.refused("proxy.limit", ballots.name_proxy, ballot, house.here, who, ballot.opens_at, number=2)


@TRIALS.rule(meeting__notice=counted(1, 180, " days"))
def called_with_a_day_too_little_notice(house):
    secretary = house.actor(house.make.officer(house.here, "secretary", "Sela"))
    days = house.drawn.n("meeting.notice")
    fields = {"title": "Winter", "place": "31 Toad Lane", "items": [("The mill", "")]}

    def at(day):
        return datetime.combine(house.today + timedelta(days=day), time(18))

    plan = (meetings.plan_meeting, house.assembly, secretary, house.now)
    house.refused("meeting.notice", *plan, wall=at(days), **fields)
    meeting = house.allowed(*plan, wall=at(days + 1), **fields)
    house.allowed(meetings.call_meeting, meeting, secretary, house.now)
    assert meeting.notice_article == house.drawn.articles["meeting.notice"]
    assert house.drawn.cites("meeting.notice", meeting.notice_reasoning)


@TRIALS.rule(
    decision__ordinary__quorum=texts_of("decision.ordinary.quorum"),
    decision__ordinary__majority=majorities("cast"),
)
def one_voter_short_of_the_quorum(house):
    quorum, each = house.drawn.values["decision.ordinary.quorum"], house.votes
    needed = quorum.needed(len(house.all) * each)
    least = -(-needed // each)
    for voters, outcome in ((least - 1, "inquorate"), (max(1, least), "carried")):
        if voters < 0 or voters > len(house.all):
            continue
        ballot = house.opened(text=f"{voters} vote.")
        house.cast(ballot, house.all[:voters], "for")
        decision = house.count(ballot)
        assert decision.outcome == ("lost" if not voters and not needed else outcome)
        assert house.drawn.articles["decision.ordinary.quorum"] in decision.articles
        assert house.drawn.cites("decision.ordinary.quorum", _articles(decision))


def _articles(decision):
    """The sources in the decision's own words: "Articles 3 and 9, version 1"."""
    tail = decision.reasoning.rpartition("rticle")[2].removeprefix("s")
    return " ".join(f"article {word}" for word in tail.replace(",", " ").split())


@TRIALS.rule(
    members=11,
    decision__special__majority=st.sampled_from(("cast", "present", "eligible")).flatmap(majorities),
)
def one_vote_short_of_the_majority(house):
    majority, everybody = house.drawn.values["decision.special.majority"], len(house.all)
    least = next(n for n in range(1, everybody + 1) if majority.met_by(n, everybody))
    for votes, outcome in ((least - 1, "lost"), (least, "carried")):
        ballot = house.opened(text=f"{votes} for.", decision_class="special")
        house.cast(ballot, house.all[:votes], "for")
        house.cast(ballot, house.all[votes:], "against")
        decision = house.count(ballot)
        assert decision.outcome == outcome
        assert house.drawn.cites("decision.special.majority", _articles(decision))


@TRIALS.rule(decision__ordinary__voting_period=texts_of("decision.ordinary.voting_period"))
def closed_too_early_or_voted_too_late(house):
    ballot = house.opened()
    closes = house.wall(ballot.opens_at, house.drawn.n("decision.ordinary.voting_period"))
    voter = house.actor(house.members[0])
    house.allowed(ballots.cast_vote, ballot, voter, "for", closes - A_SECOND)
    assert house.deed(ballots.seal, ballot.id, closes - A_SECOND) is None
    name = "decision.ordinary.voting_period"
    house.refused(name, ballots.cast_vote, ballot, voter, "against", closes)
    assert house.count(ballot).result["for"] == house.votes


@TRIALS.rule(members=2, ballot__secrecy="secret", ballot__secret__minimum=counted(5, 8), proxy__limit="0")
def a_secret_ballot_for_too_few(house):
    minimum = house.drawn.n("ballot.secret.minimum")
    house.members = house.make.members(house.here, minimum - 3)
    ballot = house.deed(
        ballots.propose_motion,
        house.here,
        house.officer,
        house.now,
        title="Mill",
        text="Mill.",
        procedural=True,
    )
    opening = (ballots.open_ballot, ballot, house.here, house.officer, house.now)
    keys = keys_for(ballot, house.here)
    house.refused("ballot.secret.minimum", *opening, keys=keys)
    house.make.member(house.here, "One more")
    house.allowed(*opening, keys=keys)


@TRIALS.rule(ballot__secrecy="private")
def less_secret_than_it_says(house):
    told = house.admitted()
    until = told().step("admitted").until
    putting = (motions.put, told(until), house.here, house.officer, until)
    house.refused("ballot.secrecy", *putting, secrecy="open")
    house.allowed(*putting, secrecy="private")


@TRIALS.rule(grant__exclusive__approval=st.sampled_from(CLASSES))
def an_exclusive_grant_without_its_approval(house):
    name, kind = "grant.exclusive.approval", house.drawn.values["grant.exclusive.approval"]
    librarian = house.actor(house.make.officer(house.here, "librarian", "Libby"))
    work = house.deed(
        works.register_work,
        house.here,
        house.actor(house.carl),
        house.now,
        title="The mill, a film",
        kind="film",
        authors=[works.Author(1, name="Zoë Lang")],
        holder="organisation",
        source="contract",
    )
    terms = works.Terms("Orchard Press", ["reproduce"], house.today, exclusivity="exclusive")
    granting = (works.record_grant, work, house.here, librarian, house.now, terms)
    house.refused(name, *granting)
    for lighter in CLASSES[: CLASSES.index(kind)]:
        house.refused(name, *granting, decision=house.make.decision(house.here, decision_class=lighter))
    grant = house.allowed(*granting, decision=house.make.decision(house.here, decision_class=kind))
    assert grant.version_id is not None


@TRIALS.rule(dues__decision=st.sampled_from(CLASSES[1:]))
def dues_by_a_lighter_decision(house):
    kind = house.drawn.values["dues.decision"]
    treasurer = house.actor(house.make.officer(house.here, "treasurer", "Tom"))
    fields = {"name": "Dues", "interval": "month", "bands": [("full", 1200)], "starts_on": house.today}
    setting = (dues.set_plan, house.here, treasurer, house.now)
    for lighter in CLASSES[: CLASSES.index(kind)]:
        decision = house.make.decision(house.here, decision_class=lighter)
        house.refused("dues.decision", *setting, decision=decision, **fields)
    plan = house.allowed(*setting, decision=house.make.decision(house.here, decision_class=kind), **fields)
    assert plan.article == house.drawn.articles["dues.decision"]


@TRIALS.at_random
def test_what_the_constitution_forbids_is_refused_with_its_article(rule, data, make, deed, now):
    TRIALS.play(rule, data, make, deed, now)
