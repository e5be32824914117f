"""Proxies in ballots: named, declined, revoked, cast, and over once the member votes themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import RollEntry, Vote
from coop.models.members import Membership
from coop.services import ballots, organisations, reports
from tests.ballot_house import RULES, after, cast
from tests.proxy_house import PRIVATE, cast_by, held_by, mails, rules, state_of, verbs

NO_PROXIES = '5. [Nobody stands for another]{provision="proxy.limit" value="0"}.'


@pytest.mark.parametrize("articles", [(), (PRIVATE,)])
def test_the_holder_votes_for_both_and_both_votes_count(voting, gives, votes_for, make, deed, now, articles):
    organisation, members, ballot = voting(*articles)
    giver, holder = members[1], members[2]
    gives(ballot, organisation, giver, holder)
    assert held_by(ballot, organisation, make.actor(holder), now) == [giver.number]
    cast(deed, make, ballot, [holder], ["for"], now)
    votes_for(ballot, holder, giver, "against")
    assert cast_by(ballot, giver) == ("against", holder.id)
    assert cast_by(ballot, holder) == ("for", None)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert (decision.result["for"], decision.result["against"]) == (1, 1)
    assert verbs() == ["named a proxy for", "voted as proxy on"]


def test_the_holder_is_told_and_the_subject_is_neutral(voting, gives):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    gives(ballot, organisation, members[1], members[2])
    assert mails("proxy-named") == [members[2].id]
    assert verbs() == ["named a proxy for"]


def test_the_holder_may_change_the_givers_vote_until_voting_closes(voting, gives, votes_for):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    votes_for(ballot, members[2], members[1], "for")
    votes_for(ballot, members[2], members[1], "abstain")
    assert cast_by(ballot, members[1]) == ("abstain", members[2].id)


def test_a_giver_who_votes_ends_the_proxy_and_replaces_its_vote(voting, gives, votes_for, make, deed, now):
    organisation, members, ballot = voting()
    giver, holder = members[1], members[2]
    gives(ballot, organisation, giver, holder)
    votes_for(ballot, holder, giver, "against")
    cast(deed, make, ballot, [giver], ["for"], now)
    assert cast_by(ballot, giver) == ("for", None)
    assert state_of(ballot, giver) == "revoked"
    with pytest.raises(Refusal, match="hold no proxy of member 2"):
        votes_for(ballot, holder, giver, "against")
    assert cast_by(ballot, giver) == ("for", None)
    assert held_by(ballot, organisation, make.actor(holder), now) == []
    assert verbs() == ["named a proxy for", "voted as proxy on", "revoked a proxy for"]


def test_what_a_giver_voted_is_never_shown_to_the_former_holder(voting, gives, make, deed, now):
    organisation, members, ballot = voting(PRIVATE)
    gives(ballot, organisation, members[1], members[2])
    row = db.session.scalar(select(RollEntry).where(RollEntry.membership_id == members[1].id))
    # As if the two had met: the vote is there, and the proxy not yet over.
    deed(lambda: db.session.add(Vote(ballot_id=ballot.id, roll_entry_id=row.id, choice="for", cast_at=now)))
    assert ballots.proxies_of(ballot, organisation, make.actor(members[2]), now).held == ()
    with pytest.raises(Refusal, match="hold no proxy of member 2"):
        deed(ballots.cast_vote, ballot, make.actor(members[2]), "against", now, giver=members[1])
    assert cast_by(ballot, members[1]) == ("for", None)


def test_a_proxy_is_taken_back_until_the_holder_has_voted(voting, gives, votes_for, make, deed, now):
    organisation, members, ballot = voting()
    giver, holder = members[1], members[2]
    gives(ballot, organisation, giver, holder)
    deed(ballots.revoke_proxy, ballot, make.actor(giver), now)
    deed(ballots.revoke_proxy, ballot, make.actor(giver), now)
    assert state_of(ballot, giver) == "revoked"
    with pytest.raises(Refusal, match="hold no proxy of member 2"):
        votes_for(ballot, holder, giver, "for")
    assert cast_by(ballot, giver) is None
    gives(ballot, organisation, giver, members[3])
    votes_for(ballot, members[3], giver, "for")
    with pytest.raises(Refusal, match="Member 4 has voted for you"):
        deed(ballots.revoke_proxy, ballot, make.actor(giver), now)
    assert cast_by(ballot, giver) == ("for", members[3].id)


def test_who_gave_none_has_none_to_take_back(voting, make, deed, now):
    _organisation, members, ballot = voting()
    with pytest.raises(Refusal, match="nothing to take back"):
        deed(ballots.revoke_proxy, ballot, make.actor(members[1]), now)


def test_a_declined_proxy_is_told_to_the_giver_who_can_name_another(voting, gives, make, deed, now):
    organisation, members, ballot = voting()
    giver, holder = members[1], members[2]
    gives(ballot, organisation, giver, holder)
    deed(ballots.decline_proxy, ballot, organisation, make.actor(holder), now, number=giver.number)
    assert state_of(ballot, giver) == "declined"
    assert mails("proxy-ended") == [giver.id]
    gives(ballot, organisation, giver, members[3], at=now + timedelta(minutes=1))
    assert mails("proxy-named") == [holder.id, members[3].id]
    assert verbs() == ["named a proxy for", "declined a proxy for", "named a proxy for"]


def test_a_proxy_is_not_declined_after_voting_by_it(voting, gives, votes_for, make, deed, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    votes_for(ballot, members[2], members[1], "for")
    with pytest.raises(Refusal, match="You have voted for Member 2 already"):
        deed(ballots.decline_proxy, ballot, organisation, make.actor(members[2]), now, number=2)


def test_nobody_declines_a_proxy_that_another_holds(voting, gives, make, deed, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    for number in (2, 99):
        with pytest.raises(Refusal, match="hold no proxy of that member"):
            deed(ballots.decline_proxy, ballot, organisation, make.actor(members[3]), now, number=number)
    assert state_of(ballot, members[1]) == "named"


def test_nobody_votes_for_who_did_not_ask_them(voting, gives, votes_for):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    with pytest.raises(Refusal, match="hold no proxy of member 2"):
        votes_for(ballot, members[3], members[1], "for")
    with pytest.raises(Refusal, match="hold no proxy of member 4"):
        votes_for(ballot, members[2], members[3], "for")
    assert db.session.scalar(select(func.count(Vote.id))) == 0


# Whom one may name


@pytest.mark.parametrize(("before", "says"), [(0, ""), (1, ""), (2, "stands for as many as may be")])
def test_a_member_carries_as_many_as_the_article_allows(voting, gives, before, says):
    organisation, members, ballot = voting()
    holder = members[0]
    for giver in members[1 : 1 + before]:
        gives(ballot, organisation, giver, holder)
    if not says:
        gives(ballot, organisation, members[5], holder)
        return
    with pytest.raises(Refusal, match=says) as refused:
        gives(ballot, organisation, members[5], holder)
    assert "One member may stand for 2 others at most (article 5)." in str(refused.value)


def test_a_place_that_was_given_up_is_free_again(voting, gives, make, deed, now):
    organisation, members, ballot = voting()
    for giver in members[1:3]:
        gives(ballot, organisation, giver, members[0])
    cast(deed, make, ballot, [members[1]], ["for"], now)
    gives(ballot, organisation, members[3], members[0])


def test_there_are_no_chains(voting, gives):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    with pytest.raises(Refusal, match="who holds a proxy can't give one"):
        gives(ballot, organisation, members[2], members[3])
    with pytest.raises(Refusal, match="Member 2 lets somebody else vote for them"):
        gives(ballot, organisation, members[4], members[1])


def test_bad_numbers_are_refused_in_sentences(voting, gives, make, deed, now):
    organisation, members, ballot = voting()
    late = make.member(organisation, "Late")
    actor = make.actor(members[1])
    for number, says in (
        (2, "That is your own number"),
        (4711, "There is no member with the number 4711"),
        (late.number, "can't vote on this one, so can't vote for you"),
    ):
        with pytest.raises(Refusal, match=says):
            deed(ballots.name_proxy, ballot, organisation, actor, now, number=number)
    with pytest.raises(Refusal, match="not a member yet"):
        gives(ballot, organisation, late, members[2])


def test_one_proxy_at_a_time(voting, gives):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    with pytest.raises(Refusal, match="You have named Member 3"):
        gives(ballot, organisation, members[1], members[3])


def test_who_has_voted_names_nobody(voting, gives, make, deed, now):
    organisation, members, ballot = voting()
    cast(deed, make, ballot, [members[1]], ["for"], now)
    with pytest.raises(Refusal, match="You have voted yourself"):
        gives(ballot, organisation, members[1], members[2])


@pytest.mark.parametrize(
    ("articles", "says"),
    [(RULES, "allows no proxies."), (f"{RULES}\n\n{NO_PROXIES}", "allows no proxies (article 5).")],
)
def test_without_an_article_there_are_no_proxies(coop_of, open_motion, gives, make, now, articles, says):
    organisation, members, officer = coop_of(2, rules=articles)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal) as refused:
        gives(ballot, organisation, members[0], members[1])
    assert str(refused.value).endswith(says)


@pytest.mark.parametrize("when", ["drafted", "closed", "void"])
def test_a_proxy_is_named_from_the_announcement_to_the_closing(coop_of, make, deed, now, gives, when):
    organisation, members, officer = coop_of(4, rules=rules())
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="A mill", text="We buy it.")
    at = now
    if when != "drafted":
        deed(ballots.open_ballot, ballot, organisation, officer, now)
        at = ballot.closes_at
    if when == "void":
        deed(ballots.void, ballot, organisation, officer, "A slip", now)
        at = now
    with pytest.raises(Refusal, match="from the announcement of a vote until it closes"):
        gives(ballot, organisation, members[1], members[2], at=at)


def test_members_of_another_organisation_have_no_part(voting, make, deed, now):
    organisation, _members, ballot = voting()
    stranger = make.actor(make.member(make.organisation("other", "Other"), "Stranger"))
    with pytest.raises(Forbidden):
        deed(ballots.name_proxy, ballot, organisation, stranger, now, number=1)


# Elections, lists, and what the ordinary vote pays


def test_an_election_is_voted_in_by_proxy_too(coop_of, make, deed, now, gives, votes_for):
    organisation, members, officer = coop_of(4, rules=rules())
    office = organisations.find_office(organisation, "treasurer")
    ballot = deed(
        ballots.set_up_election,
        organisation,
        officer,
        now,
        office=office,
        candidates=[ballots.Candidate(members[2]), ballots.Candidate(members[3])],
    )
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    gives(ballot, organisation, members[1], members[0])
    votes_for(ballot, members[0], members[1], [2, 1])
    assert cast_by(ballot, members[1]) == ([2, 1], members[0].id)


def test_an_open_vote_shows_by_whose_hand(voting, gives, votes_for, make, deed, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    votes_for(ballot, members[2], members[1], "for")
    place = ballots.place_of(ballot, make.actor(members[1]))
    assert (place.choice, place.by) == ("for", "Member 3")
    deed(ballots.seal, ballot.id, after(ballot))
    assert ballots.who_voted_how(ballot) == [ballots.VoteLine("Member 2", 2, "for", "online", 1, "Member 3")]


def test_the_returning_officer_reads_every_proxy_and_nobody_else_does(voting, gives, votes_for, make, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    gives(ballot, organisation, members[3], members[2])
    votes_for(ballot, members[2], members[1], "for")
    lines, total = ballots.proxy_lines(ballot, make.actor(members[0]))
    assert total == 2
    assert [(one.giver_number, one.holder_number, one.has_voted) for one in lines] == [
        (2, 3, True),
        (4, 3, False),
    ]
    with pytest.raises(Forbidden):
        ballots.proxy_lines(ballot, make.actor(members[1]))


def test_a_holder_is_found_by_the_beginnings_of_names_alone(voting, make, deed, now):
    organisation, members, ballot = voting()
    deed(lambda: setattr(db.session.get_one(Membership, members[2].id), "name", "Amina Diallo"))
    make.member(organisation, "Amina Late")
    actor = make.actor(members[1])

    def found(words):
        return [one.name for one in ballots.find_holders(ballot, actor, words, now.date())]

    assert found("amina") == ["Amina Diallo"]
    assert found("DIALLO") == found("dia ami") == ["Amina Diallo"]
    assert found("mina") == found("am") == found("") == found("%%%") == []
    assert found("member") == ["Member 4", "Member 5", "Member 6"]


def test_an_ordinary_vote_costs_one_question_one_vote_and_one_event(voting, make, deed, now, count_queries):
    _organisation, members, ballot = voting()
    actor = make.actor(members[1])
    _ = ballot.id, ballot.kind
    with count_queries() as seen:
        deed(ballots.cast_vote, ballot, actor, "for", now)
    words = [statement.split(maxsplit=1)[0] for statement in seen.statements]
    written = {"sqlite": ["INSERT", "INSERT"], "postgresql": ["WITH"]}[db.engine.dialect.name]
    assert words[-len(written) - 1 :] == ["SELECT", *written]
    assert "proxies" in seen.statements[-len(written) - 1]


def test_no_trail_tells_others_who_gave_or_held_a_proxy(voting, gives, make, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    told = reports.read_trail(organisation, make.actor(members[3]), reports.Search(), 1)
    assert not any("proxy" in entry.says for entry in told.entries)
    own = reports.read_trail(organisation, make.actor(members[1]), reports.Search(), 1)
    assert any("named a proxy for" in entry.says for entry in own.entries)


def test_home_waits_for_the_votes_that_one_holds(voting, gives, votes_for, make, deed, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    gives(ballot, organisation, members[3], members[2])
    holder = make.actor(members[2])
    cast(deed, make, ballot, [members[2]], ["for"], now)
    assert [task.for_others for task in reports.home_of(organisation, holder, now).to_vote] == [2]
    votes_for(ballot, members[2], members[1], "for")
    assert [task.for_others for task in reports.home_of(organisation, holder, now).to_vote] == [1]
    cast(deed, make, ballot, [members[3]], ["against"], now)
    assert reports.home_of(organisation, holder, now).to_vote == []
