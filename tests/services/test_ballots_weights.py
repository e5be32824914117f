"""Unequal votes, by class and by size: drawn with the roll, counted, and told wherever heads and votes differ."""

import json

import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import RollEntry
from coop.models.members import Membership
from coop.models.records import AuditEvent
from coop.rules.verification import read, verify
from coop.services import ballots, constitution, records
from tests.ballot_house import RULES, after, cast

BY_CLASS = '5. A founder has [two votes]{provision="member.votes" class="founder" value="2"}.'
BY_SIZE = """
6. A member organisation has [one more vote for each hundred]{provision="delegate.members_per_vote" value="100"} members,
   and [no more than four]{provision="delegate.most_votes" value="4"} in all.
"""
PRIVATE = '7. Votes are [private]{provision="ballot.secrecy" value="private"}.'
HALF = '8. [Half of the members]{provision="decision.special.quorum" value="1/2 of eligible"} vote on what is special.'


def rules(*articles):
    return "\n\n".join([RULES, *articles])


@pytest.fixture
def weigh(deed):
    def build(member, voting_class="member", represents=None):
        def change():
            row = db.session.get_one(Membership, member.id)
            row.voting_class, row.represents = voting_class, represents

        deed(change)

    return build


def entry_of(ballot, member):
    return db.session.scalars(
        select(RollEntry).where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == member.id)
    ).one()


def organisation_member(make, organisation, name, represents):
    return make.member(organisation, name, kind="organisation", represents=represents)


def test_the_roll_weighs_by_class_and_says_why(coop_of, open_motion, weigh):
    organisation, members, officer = coop_of(3, rules=rules(BY_CLASS))
    weigh(members[1], "founder")
    ballot = open_motion(organisation, officer)
    assert [entry_of(ballot, member).weight for member in members] == [1, 2, 1]
    assert entry_of(ballot, members[1]).reason.endswith("Votes with 2, as founder (article 5).")
    assert "Votes" not in entry_of(ballot, members[0]).reason
    assert ballots.size_of(ballot) == ballots.roll.Size(3, 4)


@pytest.mark.parametrize(
    ("represents", "weight", "says"),
    [
        (None, 1, "Votes with 1: how many members it has is not on record (article 6)."),
        (99, 1, "Votes with 1: one, and one for each 100 of its 99 members (article 6)."),
        (100, 2, "Votes with 2: one, and one for each 100 of its 100 members (article 6)."),
        (240, 3, "Votes with 3: one, and one for each 100 of its 240 members (article 6)."),
        (399, 4, "Votes with 4: one, and one for each 100 of its 399 members (article 6)."),
        (400, 4, "Votes with 4, the most that size can give (article 6)."),
    ],
)
def test_a_delegate_weighs_by_the_members_of_the_organisation(
    coop_of, open_motion, make, represents, weight, says
):
    organisation, _members, officer = coop_of(2, rules=rules(BY_SIZE))
    orchard = organisation_member(make, organisation, "Orchard", represents)
    ballot = open_motion(organisation, officer)
    assert entry_of(ballot, orchard).weight == weight
    assert entry_of(ballot, orchard).reason.endswith(says)


def test_a_ballot_in_which_one_member_would_outweigh_every_file_is_refused(coop_of, open_motion, make):
    one_each = '6. One vote for [each single member]{provision="delegate.members_per_vote" value="1"}.'
    organisation, _members, officer = coop_of(2, rules=rules(one_each))
    organisation_member(make, organisation, "Orchard", 10_000)
    with pytest.raises(Refusal, match="would have 10001 votes"):
        open_motion(organisation, officer)


def test_the_largest_weight_that_can_be_counted_is_counted(coop_of, open_motion, make):
    one_each = '6. One vote for [each single member]{provision="delegate.members_per_vote" value="1"}.'
    organisation, _members, officer = coop_of(2, rules=rules(one_each))
    orchard = organisation_member(make, organisation, "Orchard", 9_999)
    assert entry_of(open_motion(organisation, officer), orchard).weight == 10_000


@pytest.mark.parametrize(("founders_for", "outcome"), [(1, "inquorate"), (2, "carried"), (3, "carried")])
def test_a_quorum_is_reached_by_votes(coop_of, open_motion, make, deed, now, weigh, founders_for, outcome):
    """Four founders with two votes each: half of eight is four votes."""
    organisation, members, officer = coop_of(4, rules=rules(BY_CLASS, HALF))
    for member in members:
        weigh(member, "founder")
    ballot = open_motion(organisation, officer, decision_class="special")
    cast(deed, make, ballot, members[:founders_for], ["for"] * founders_for, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == outcome
    assert f"Quorum 1/2 of 8 votes on the roll (4): {2 * founders_for} were given." in decision.reasoning


@pytest.mark.parametrize(("ones", "outcome"), [(1, "carried"), (2, "lost"), (3, "lost")])
def test_a_heavier_vote_outvotes_lighter_ones_by_its_weight(
    coop_of, open_motion, make, deed, now, weigh, ones, outcome
):
    organisation, members, officer = coop_of(4, rules=rules(BY_CLASS))
    weigh(members[0], "founder")
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for", *["against"] * ones], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == outcome
    assert (decision.result["for"], decision.result["against"]) == (2, ones)
    assert decision.result["members"] == 4


@pytest.mark.parametrize("secrecy", [(), (PRIVATE,)])
def test_the_bundle_of_unequal_votes_verifies(coop_of, open_motion, make, deed, now, weigh, secrecy):
    organisation, members, officer = coop_of(3, rules=rules(BY_CLASS, BY_SIZE, *secrecy))
    weigh(members[0], "founder")
    orchard = organisation_member(make, organisation, "Orchard", 240)
    weigh(orchard, "founder", 240)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, [members[0], orchard, members[1]], ["for", "for", "against"], now)
    deed(ballots.seal, ballot.id, after(ballot))
    deed(records.chain_events, organisation.id)
    bundle = ballots.bundle(ballot, organisation, officer, after(ballot))
    assert [check for check in verify(read(json.dumps(bundle).encode())) if not check.ok] == []
    assert sorted(entry["weight"] for entry in bundle["roll"]) == [1, 1, 2, 4]
    assert len(bundle["votes"]) == (7 if secrecy else 3)
    assert ballots.took_part(ballot, bundle["result"]) == (
        "7 votes of 3 members were given, of 8 votes that 4 members have."
    )


def test_pages_of_who_voted_how_go_by_members_not_votes(
    coop_of, open_motion, make, deed, now, weigh, monkeypatch
):
    organisation, members, officer = coop_of(4, rules=rules(BY_CLASS))
    for member in members:
        weigh(member, "founder")
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for"] * 4, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    monkeypatch.setattr("coop.services.ballots.reading.VOTES_A_PAGE", 4)
    assert ballots.pages_of_votes(ballot, decision) == 1
    monkeypatch.setattr("coop.services.ballots.reading.VOTES_A_PAGE", 3)
    assert ballots.pages_of_votes(ballot, decision) == 2


def test_what_must_be_reached_is_told_in_votes(coop_of, open_motion, weigh, now):
    organisation, members, officer = coop_of(4, rules=rules(BY_CLASS))
    weigh(members[0], "founder")
    draft = ballots.before_opening(open_motion(organisation, officer), organisation, now)
    assert (draft.eligible, draft.votes) == (4, 5)
    assert "At least 2 of the 5 votes must be given." in draft.rule


# The register


@pytest.fixture
def secretary(coop_of, make):
    organisation, members, _officer = coop_of(2, rules=rules(BY_CLASS, BY_SIZE))
    return organisation, members, make.actor(make.officer(organisation, "secretary"))


def test_a_class_that_the_constitution_names_is_set_and_audited(secretary, deed, now):
    organisation, members, actor = secretary
    assert ballots.classes_of(organisation, now) == {"member": 1, "founder": 2}
    deed(ballots.set_votes, members[1], actor, now, voting_class="founder")
    assert members[1].voting_class == "founder"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "set the votes")).one()
    assert (event.subject, json.loads(event.facts)["class"]) == ("member 2", "founder")
    deed(ballots.set_votes, members[1], actor, now, voting_class="founder")
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "set the votes")).one() == event


def test_a_class_that_no_article_names_is_refused(secretary, deed, now):
    _organisation, members, actor = secretary
    with pytest.raises(Refusal, match="names no voting class “patron”"):
        deed(ballots.set_votes, members[1], actor, now, voting_class="patron")


def test_a_roll_that_stands_keeps_its_weights(secretary, coop_of, open_motion, make, deed, now):
    organisation, members, actor = secretary
    ballot = open_motion(organisation, make.actor(members[0]))
    deed(ballots.set_votes, members[1], actor, now, voting_class="founder")
    assert (entry_of(ballot, members[1]).weight, entry_of(ballot, members[1]).voting_class) == (1, "member")
    assert entry_of(open_motion(organisation, make.actor(members[0])), members[1]).weight == 2


@pytest.mark.parametrize(
    ("kind", "represents", "days", "says"),
    [
        ("person", 10, 0, "Only a member that is an organisation"),
        ("organisation", 10, None, "Give both"),
        ("organisation", None, 0, "Give both"),
        ("organisation", -1, 0, "from 0 to"),
        ("organisation", 100_000_001, 0, "from 0 to"),
        ("organisation", 10, 1, "not come yet"),
    ],
)
def test_a_report_that_cannot_be_is_refused(secretary, make, deed, now, kind, represents, days, says):
    organisation, _members, actor = secretary
    member = make.member(organisation, "Orchard", kind=kind)
    on = None if days is None else now.date().replace(day=now.day + days)
    with pytest.raises(Refusal, match=says):
        deed(
            ballots.set_votes,
            member,
            actor,
            now,
            voting_class="member",
            represents=represents,
            represents_on=on,
        )


def test_a_reported_size_weighs_in_the_next_ballot(secretary, make, deed, now):
    organisation, _members, actor = secretary
    orchard = make.member(organisation, "Orchard", kind="organisation")
    deed(
        ballots.set_votes,
        orchard,
        actor,
        now,
        voting_class="founder",
        represents=120,
        represents_on=now.date(),
    )
    assert ballots.votes_today(orchard, organisation, now) == (
        "Votes with 3: 2, and one for each 100 of its 120 members (article 6). By its report for 21 November 2026."
    )


def test_only_the_secretary_of_the_whole_sets_votes(secretary, make, deed, now):
    organisation, members, _actor = secretary
    branch = make.body(organisation, "branch", members=members)
    local = make.actor(make.officer(organisation, "secretary", "Bo", body=branch))
    for actor in (local, make.actor(members[1])):
        with pytest.raises(Forbidden):
            deed(ballots.set_votes, members[1], actor, now, voting_class="founder")


@pytest.mark.parametrize("articles", [(BY_CLASS,), (BY_SIZE,)])
def test_nobody_is_told_of_one_vote_each_where_votes_are_unequal(coop_of, now, articles):
    organisation, *_rest = coop_of(2, rules=rules(*articles))
    version = constitution.in_force(organisation, now.date())
    told = " ".join(constitution.summary_of(version))
    assert "Every member has one vote" not in told
    assert "unequal votes" in told
