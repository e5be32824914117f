"""The same of offices, nominations, petitions and challenges: refused with the article, and done at the bound."""

from datetime import timedelta

from coop.access import PROGRAM
from coop.rules.calendar import add_months
from coop.services import ballots, nominations, offices, organisations, petitions
from tests.random_constitutions import QUORUMS, texts_of
from tests.random_house import A_SECOND, Trials, counted

TRIALS = Trials()


def election_of(house, kind, member):
    candidates = [ballots.Candidate(member)]
    return {"office": house.office(kind), "candidates": candidates, "reopen": True}


@TRIALS.rule(
    office__most_terms=counted(1, 3),
    office__term=counted(6, 120, " months"),
    election__voting_period="14 days",
)
def elected_once_too_often(house):
    office, member = house.office("treasurer"), house.members[0]
    most = house.drawn.n("office.most_terms")
    electing = (ballots.set_up_election, house.here, house.officer, house.now)
    for n in range(most):
        house.allowed(*electing, **election_of(house, "treasurer", member))
        first = house.today - timedelta(days=30 * (most - n))
        house.deed(
            organisations.begin_term,
            office,
            member,
            first,
            first + timedelta(days=29),
            decision_id=house.make.decision(house.here).id,
            actor=PROGRAM,
            now=house.now,
            conditions=offices.conditions_of(office, member, first),
        )
    house.refused("office.most_terms", *electing, **election_of(house, "treasurer", member))


@TRIALS.rule(office__excludes_at_treasurer="chair")
def elected_beside_an_office_that_excludes_it(house):
    electing = (ballots.set_up_election, house.here, house.officer, house.now)
    name = "office.excludes@treasurer"
    house.refused(name, *electing, **election_of(house, "treasurer", house.carl))
    house.allowed(*electing, **election_of(house, "treasurer", house.members[0]))
    house.allowed(*electing, **election_of(house, "secretary", house.carl))


@TRIALS.rule(office__term=texts_of("office.term"), election__too_few="unopposed")
def a_term_longer_than_it_says(house):
    fields = election_of(house, "treasurer", house.members[0]) | {"reopen": False, "without_vote": True}
    ballot = house.deed(ballots.set_up_election, house.here, house.officer, house.now, **fields)
    house.deed(ballots.open_ballot, ballot, house.here, house.officer, house.now)
    decision = house.count(ballot)
    (holding,) = [
        one
        for one in organisations.holders_on(house.here, decision.decided_on + timedelta(days=1))
        if one.office.kind == "treasurer"
    ]
    term = holding.term
    last_day = add_months(term.starts_on, house.drawn.n("office.term")) - timedelta(days=1)
    assert term.ends_on == last_day
    assert house.drawn.articles["office.term"] in decision.articles


@TRIALS.rule(members=8, meeting__petition=QUORUMS, meeting__notice=counted(0, 180, " days"))
def one_signature_short_of_a_meeting(house):
    needed = max(1, house.drawn.values["meeting.petition"].needed(len(house.all)))
    fields = {"title": "The mill", "text": "It leaks.", "place": "The mill", "hour": 18}
    petition = house.deed(
        petitions.begin_meeting, house.here, house.actor(house.members[0]), house.now, **fields
    )
    signers = [one for one in house.all if one.id != house.members[0].id]
    for n, one in enumerate(signers[: needed - 1], start=1):
        assert (petition.meeting is None) == (n < needed)
        house.deed(petitions.sign, petition, house.here, house.actor(one), house.now)
    assert petition.meeting is not None
    assert petition.needed == needed
    assert house.drawn.articles["meeting.petition"] in petition.rule["articles"]


@TRIALS.rule(meeting__petition="4 of eligible", petition__period=texts_of("petition.period"))
def signed_too_late(house):
    fields = {"title": "The mill", "text": "It leaks.", "place": "The mill", "hour": 18}
    by, other = (house.actor(one) for one in house.members[:2])
    petition = house.deed(petitions.begin_meeting, house.here, by, house.now, **fields)
    until = house.wall(house.now, house.drawn.n("petition.period"))
    house.refused("petition.period", petitions.sign, petition, house.here, other, until)
    house.allowed(petitions.sign, petition, house.here, other, until - A_SECOND)


def _chair(house):
    holding = next(
        one for one in organisations.holders_on(house.here, house.today) if one.office.kind == "chair"
    )
    return holding.term


@TRIALS.rule(
    recall__threshold=QUORUMS,
    recall__cool_down=counted(1, 60, " months"),
    recall__reply=texts_of("recall.reply"),
    decision__recall__quorum="0 of eligible",
)
def recalled_again_within_the_cool_down(house):
    def begin(at):
        by = house.actor(house.members[0], house.day(at))
        return petitions.begin_recall, _chair(house), house.here, by, at

    petition = house.deed(*begin(house.now), grounds="Why.")
    for one in house.members[1 : petition.needed]:
        house.deed(petitions.sign, petition, house.here, house.actor(one), house.now)
    if petition.ballot is None:  # the chair is asked for too, and can't sign
        return
    opens = house.wall(house.now, house.drawn.n("recall.reply"))
    chair = house.actor(house.carl)
    early, late = opens - A_SECOND, opens
    house.allowed(petitions.reply, petition, house.here, chair, early, text="No.")
    house.deed(ballots.open_due, petition.ballot_id, opens)
    house.refused("recall.reply", petitions.reply, petition, house.here, chair, late, text="No!")
    house.cast(petition.ballot, house.members, "against")
    decision = house.count(petition.ballot)
    assert decision.outcome == "lost"
    first = add_months(decision.decided_on, house.drawn.n("recall.cool_down"))
    just, before = (house.wall(house.now, (first - house.today).days - days) for days in (0, 1))
    house.refused("recall.cool_down", *begin(before), grounds="Why.")
    house.allowed(*begin(just), grounds="Why.")


def called(house):
    fields = {"office": house.office("treasurer"), "body": house.assembly, "seats": 1}
    return house.deed(nominations.call_nominations, house.here, house.officer, house.now, **fields)


@TRIALS.rule(nomination__period=texts_of("nomination.period"))
def nominated_too_late(house):
    call, until = called(house), house.wall(house.now, house.drawn.n("nomination.period"))
    naming = (nominations.nominate, call, house.here, house.actor(house.members[0]))
    number = house.members[1].number
    house.refused("nomination.period", *naming, until, number=number)
    house.allowed(*naming, until - A_SECOND, number=number)


@TRIALS.rule(nomination__withdrawal=texts_of("nomination.withdrawal"), nomination__period="10 days")
def withdrawn_too_late_or_drawn_up_too_early(house):
    name, call = "nomination.withdrawal", called(house)
    standing, other = (house.actor(one) for one in house.members[:2])
    for one in (standing, other):
        house.deed(nominations.stand, call, house.here, one, house.now, statement="I stand.")
    until = house.wall(house.now, 10 + house.drawn.n(name))
    early = until - A_SECOND
    house.refused(name, nominations.decline, call, house.here, standing, until)
    house.refused(name, nominations.draw_up, call, house.here, house.officer, early)
    house.allowed(nominations.decline, call, house.here, standing, early)


@TRIALS.rule(
    nomination__seconders=counted(1, 3),
    nomination__withdrawal=counted(0, 60, " days"),
    office__most_terms="0",
)
def one_seconder_short_of_standing(house):
    name, call = "nomination.seconders", called(house)
    needed = house.drawn.n(name)
    candidates = house.members[:2]
    for n, one in enumerate(candidates):
        house.deed(nominations.stand, call, house.here, house.actor(one), house.now, statement="I stand.")
        nomination = nominations.nomination_of(call, one.number)
        for other in house.members[2 : 2 + needed - 1 + n]:
            house.deed(nominations.second, nomination, house.here, house.actor(other), house.now)
    ballot = house.deed(nominations.draw_up, call, house.here, house.officer, call.answers_until)
    refused, stands = (nominations.nomination_of(call, one.number) for one in candidates)
    assert (refused.state, stands.state) == ("refused", "accepted")
    assert house.drawn.cites(name, refused.reason)
    assert candidates[1].id in {option.membership_id for option in ballot.options}
    assert candidates[0].id not in {option.membership_id for option in ballot.options}


@TRIALS.rule(ballot__challenge_period=texts_of("ballot.challenge_period"))
def a_result_challenged_too_late(house):
    ballot, days = house.opened(), house.drawn.n("ballot.challenge_period")
    house.cast(ballot, house.all, "for")
    house.count(ballot)
    until = house.wall(ballot.sealed_at, days)
    if until.second:  # up to the whole minute
        until += timedelta(minutes=1, seconds=-until.second)
    challenging = (ballots.challenge, ballot, house.here, house.actor(house.members[0]))
    words = {"reason": "Counted wrongly.", "named": False}
    house.refused("ballot.challenge_period", *challenging, until, **words)
    if days:
        house.allowed(*challenging, until - A_SECOND, **words)


@TRIALS.rule(election__secrecy="secret")
def an_election_less_secret_than_it_says(house):
    electing = (ballots.set_up_election, house.here, house.officer, house.now)
    fields = election_of(house, "treasurer", house.members[0])
    house.refused("election.secrecy", *electing, **fields, secrecy="private")
    house.allowed(*electing, **fields, secrecy="secret")


@TRIALS.at_random
def test_what_the_constitution_forbids_is_refused_with_its_article(rule, data, make, deed, now):
    TRIALS.play(rule, data, make, deed, now)
