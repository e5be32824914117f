"""A voter has one vote, through the browser or on paper; a batch takes two people and stands once confirmed."""

import pytest

from tests.promises.rows import NOW

VOTE = (
    "INSERT INTO votes (ballot_id, roll_entry_id, choice, cast_at) VALUES (:ballot, :entry, '\"for\"', :now)"
)
TOKEN = "INSERT INTO tokens_issued (roll_entry_id, ballot_id, blinded_sha256) VALUES (:entry, :ballot, 'x')"
STRIKE = "INSERT INTO paper_voters (roll_entry_id, ballot_id, batch_id) VALUES (:entry, :ballot, :batch)"
SAYS = (
    "INSERT INTO paper_votes (ballot_id, voting_class, weight, choice, papers)"
    " VALUES (:ballot, 'member', 1, :choice, :papers)"
)


class Telling:
    """A ballot with two tellers and a batch that the first entered."""

    def __init__(self, rows, **ballot):
        self.rows = rows
        self.organisation = rows.add("organisations")
        self.ballot, self.entries = rows.ballot(
            organisation_id=self.organisation, entries=3, papers_to="The shop", **ballot
        )
        self.first, self.second = self.teller(), self.teller()
        self.batch = self.enter()

    def teller(self):
        member = self.rows.add("memberships", organisation_id=self.organisation)
        return self.rows.add("tellers", ballot_id=self.ballot, membership_id=member)

    def enter(self, **more):
        return self.rows.add(
            "paper_batches",
            ballot_id=self.ballot,
            entered_by_id=self.first,
            voters=2,
            **{"voting_class": "member", "weight": 1, "entered": {"papers": [], "spoilt": 0}} | more,
        )

    def strike(self, *entries, batch=None):
        for entry in entries:
            self.rows.run(STRIKE, entry=entry, ballot=self.ballot, batch=batch or self.batch)

    def confirm(self, *, voters=2, spoilt=0, by=None):
        self.rows.run(
            CONFIRM, by=by or self.second, voters=voters, spoilt=spoilt, now=str(NOW), id=self.batch
        )


CONFIRM = (
    "UPDATE paper_batches SET repeated_by_id = :by, voters = :voters, spoilt = :spoilt, confirmed_at = :now,"
    " entered = NULL, repeated = NULL WHERE id = :id"
)


@pytest.fixture
def telling(rows):
    return Telling(rows)


@pytest.fixture
def confirmed(telling):
    telling.strike(*telling.entries[:2])
    telling.confirm()
    return telling


def test_whoever_is_struck_has_no_vote_through_the_browser(telling, refused):
    telling.strike(telling.entries[0])
    told = refused(VOTE, ballot=telling.ballot, entry=telling.entries[0], now=str(NOW))
    assert "a paper vote is in" in told


def test_whoever_is_struck_is_issued_no_token(rows, refused):
    telling = Telling(rows, secrecy="secret")
    telling.strike(telling.entries[0])
    refused(TOKEN, ballot=telling.ballot, entry=telling.entries[0])
    rows.run(TOKEN, ballot=telling.ballot, entry=telling.entries[1])


def test_whoever_voted_or_has_a_token_is_never_struck(rows, telling, refused):
    rows.run(VOTE, ballot=telling.ballot, entry=telling.entries[0], now=str(NOW))
    refused(STRIKE, entry=telling.entries[0], ballot=telling.ballot, batch=telling.batch)
    secret = Telling(rows, secrecy="secret")
    rows.run(TOKEN, ballot=secret.ballot, entry=secret.entries[0])
    refused(STRIKE, entry=secret.entries[0], ballot=secret.ballot, batch=secret.batch)


def test_a_voter_is_struck_once_and_of_the_right_ballot_class_and_weight(rows, telling, refused):
    telling.strike(telling.entries[0])
    refused(STRIKE, entry=telling.entries[0], ballot=telling.ballot, batch=telling.enter())
    elsewhere = Telling(rows)
    refused(STRIKE, entry=elsewhere.entries[0], ballot=telling.ballot, batch=telling.batch)
    refused(STRIKE, entry=telling.entries[1], ballot=telling.ballot, batch=elsewhere.batch)
    for other in ({"voting_class": "worker"}, {"weight": 2}):
        batch = telling.enter(**other)
        refused(STRIKE, entry=telling.entries[1], ballot=telling.ballot, batch=batch)


def test_one_person_never_confirms_what_they_entered(telling, refused):
    telling.strike(*telling.entries[:2])
    values = {"voters": 2, "spoilt": 0, "now": str(NOW), "id": telling.batch}
    refused(CONFIRM, by=telling.first, **values)
    refused(CONFIRM, by=None, **values)
    refused(CONFIRM, by=Telling(telling.rows).second, **values)
    telling.confirm()


@pytest.mark.parametrize(("voters", "spoilt"), [(3, 0), (1, 0), (0, 0), (2, 3), (2, -1)])
def test_a_batch_is_confirmed_only_if_it_adds_up(telling, refused, voters, spoilt):
    telling.strike(*telling.entries[:2])
    refused(CONFIRM, by=telling.second, voters=voters, spoilt=spoilt, now=str(NOW), id=telling.batch)


@pytest.mark.parametrize(
    "change",
    [
        "confirmed_at = NULL",
        "spoilt = 1",
        "voters = 1",
        "entered = '{}'",
        "cancelled_at = :now",
        "channel = 'post'",
    ],
)
def test_a_confirmed_batch_stands(confirmed, refused, change):
    values = {"now": str(NOW)} if ":now" in change else {}
    refused(f"UPDATE paper_batches SET {change} WHERE id = :id", id=confirmed.batch, **values)
    refused("DELETE FROM paper_batches WHERE id = :id", id=confirmed.batch)


@pytest.mark.parametrize("change", ["channel = 'post'", "number = 77", "entered_by_id = :second"])
def test_where_a_batch_came_from_and_who_entered_it_stands(telling, refused, change):
    values = {"second": telling.second} if ":second" in change else {}
    refused(f"UPDATE paper_batches SET {change} WHERE id = :id", id=telling.batch, **values)


def test_a_cancelled_batch_frees_its_voters_and_a_confirmed_one_never(telling, refused):
    telling.strike(*telling.entries[:2])
    gone = "DELETE FROM paper_voters WHERE roll_entry_id = :entry"
    telling.rows.run(gone, entry=telling.entries[0])
    telling.strike(telling.entries[0])
    telling.confirm()
    refused(gone, entry=telling.entries[0])
    moved = "UPDATE paper_voters SET roll_entry_id = :other WHERE roll_entry_id = :entry"
    refused(moved, other=telling.entries[2], entry=telling.entries[0])
    refused(STRIKE, entry=telling.entries[2], ballot=telling.ballot, batch=telling.batch)


def test_there_are_never_more_paper_votes_than_struck_voters(confirmed, refused):
    rows, ballot = confirmed.rows, confirmed.ballot
    refused(SAYS, ballot=ballot, choice='"for"', papers=3)
    rows.run(SAYS, ballot=ballot, choice='"for"', papers=1)
    refused(SAYS, ballot=ballot, choice='"against"', papers=2)
    rows.run(SAYS, ballot=ballot, choice='"against"', papers=1)
    refused("UPDATE paper_votes SET papers = 2 WHERE choice = '\"for\"'")
    refused("DELETE FROM paper_votes")


def test_paper_votes_are_added_and_never_taken_or_changed(confirmed, refused):
    confirmed.rows.run(SAYS, ballot=confirmed.ballot, choice='"for"', papers=1)
    refused("UPDATE paper_votes SET choice = '\"abstain\"'")
    confirmed.rows.run("UPDATE paper_votes SET papers = 2")
    refused("UPDATE paper_votes SET papers = 1")
    refused("UPDATE paper_votes SET papers = 0")


def test_a_batch_is_never_deleted_and_never_begins_confirmed(telling, refused):
    refused("DELETE FROM paper_batches WHERE id = :id", id=telling.batch)
    again = (
        "INSERT INTO paper_batches (ballot_id, number, channel, voting_class, weight, entered_by_id, entered_at,"
        " repeated_by_id, spoilt, voters, confirmed_at) SELECT ballot_id, 77, 'roll-call', voting_class, weight,"
        " entered_by_id, entered_at, :second, 0, 5, :now FROM paper_batches WHERE id = :id"
    )
    refused(again, second=telling.second, now=str(NOW), id=telling.batch)


def test_there_is_no_paper_vote_without_a_confirmed_batch_and_a_spoilt_paper_is_none(telling, refused):
    telling.strike(*telling.entries[:2])
    refused(SAYS, ballot=telling.ballot, choice='"for"', papers=1)
    telling.confirm(spoilt=1)
    refused(SAYS, ballot=telling.ballot, choice='"for"', papers=2)
    telling.rows.run(SAYS, ballot=telling.ballot, choice='"for"', papers=1)


def test_nothing_comes_in_once_a_ballot_is_sealed_or_void(rows, refused):
    sealed = Telling(rows)
    sealed.strike(*sealed.entries[:2])
    rows.seal(sealed.ballot)
    refused(CONFIRM, by=sealed.second, voters=2, spoilt=0, now=str(NOW), id=sealed.batch)
    refused(STRIKE, entry=sealed.entries[2], ballot=sealed.ballot, batch=sealed.batch)
    void = Telling(rows)
    rows.run(
        "UPDATE ballots SET void_at = :now, void_reason = 'a slip' WHERE id = :id",
        now=str(NOW),
        id=void.ballot,
    )
    refused(STRIKE, entry=void.entries[0], ballot=void.ballot, batch=void.batch)
    refused(
        "INSERT INTO paper_requests (roll_entry_id, ballot_id, way, asked_at) VALUES (:entry, :ballot, 'post', :now)",
        entry=void.entries[0],
        ballot=void.ballot,
        now=str(NOW),
    )


def test_a_teller_is_no_candidate_and_of_the_same_organisation(rows, refused):
    ballot, _ = rows.ballot(opened=False, papers_to="The shop")
    organisation = rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
    member, stranger = rows.add("memberships", organisation_id=organisation), rows.add("memberships")
    rows.add("ballot_options", ballot_id=ballot, membership_id=member, position=7)
    appoint = "INSERT INTO tellers (ballot_id, membership_id, appointed_at) VALUES (:ballot, :who, :now)"
    refused(appoint, ballot=ballot, who=member, now=str(NOW))
    refused(appoint, ballot=ballot, who=stranger, now=str(NOW))
    other = rows.add("memberships", organisation_id=organisation)
    rows.run(appoint, ballot=ballot, who=other, now=str(NOW))
    refused(appoint, ballot=ballot, who=other, now=str(NOW))
    refused(
        "UPDATE tellers SET membership_id = :who", who=rows.add("memberships", organisation_id=organisation)
    )
    refused("DELETE FROM tellers")


def test_a_teller_who_entered_papers_stays(telling, refused):
    end = "UPDATE tellers SET ended_at = :now WHERE id = :id"
    refused(end, now=str(NOW), id=telling.first)
    telling.rows.run(end, now=str(NOW), id=telling.second)
    telling.strike(*telling.entries[:2])
    refused(CONFIRM, by=telling.second, voters=2, spoilt=0, now=str(NOW), id=telling.batch)


def test_the_time_to_count_papers_stands_once_voting_is_open(telling, refused):
    refused("UPDATE ballots SET papers_until = :now WHERE id = :id", now=str(NOW), id=telling.ballot)


def test_a_vote_is_given_online_or_in_a_roll_call(telling, refused):
    telling.rows.run(VOTE, ballot=telling.ballot, entry=telling.entries[0], now=str(NOW))
    assert telling.rows.one("SELECT given FROM votes") == "online"
    refused("UPDATE votes SET given = 'whispered'")


def test_a_ballot_with_tellers_says_where_papers_are_handed_in(telling, rows, refused):
    refused("UPDATE ballots SET papers_to = '' WHERE id = :id", id=telling.ballot)
    rows.run("UPDATE ballots SET papers_to = 'The mill' WHERE id = :id", id=telling.ballot)
    ballot, _ = rows.ballot()
    organisation = rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
    member = rows.add("memberships", organisation_id=organisation)
    appoint = "INSERT INTO tellers (ballot_id, membership_id, appointed_at) VALUES (:ballot, :who, :now)"
    refused(appoint, ballot=ballot, who=member, now=str(NOW))
