"""The Pioneers come together: founding, members, officers, board and branch."""

from pathlib import Path

import coop
from coop.access import OPERATOR, Actor
from coop.cli.demo import people
from coop.cli.demo.people import AUDITOR, CHAIR, LIBRARIAN, RETURNING, SECRETARY
from coop.cli.demo.story import Story
from coop.services import accounts, admissions, constitution, members, organisations
from coop.services.members.enrolling import HeldBy, enrol
from coop.transaction import writing

SLUG = "pioneers"
NAME = "Toad Lane Pioneers"
DAYS = 765  # how long ago the history begins
MODEL = Path(coop.__file__).parent / "constitution_models" / "workers.md"
SUMMARY = (
    "A shop, a bakery and a workshop on Toad Lane, owned by the people who work in them and buy from them. "
    "What we earn stays here, what we make we share, and every member has one vote."
)
OFFICES = ("chair", "secretary", "treasurer", "librarian", "auditor", "returning_officer")
# Who stands beside the one who is known for the office.
STANDING = {
    "chair": (CHAIR, 11),
    "secretary": (SECRETARY, 12),
    "treasurer": (3, 15),
    "librarian": (LIBRARIAN, 8),
    "auditor": (AUDITOR, 17),
    "returning_officer": (RETURNING, 18),
}


def rules() -> str:
    """Return the model text with this co-op's name, clocks and voting periods."""
    text = MODEL.read_text(encoding="utf-8").replace("Example Co-operative", NAME)
    for old, new in (
        (
            '[Europe/Madrid]{provision="organisation.zone" value="Europe/Madrid"}',
            '[Europe/London]{provision="organisation.zone" value="Europe/London"}',
        ),
        (
            '[seven days]{provision="decision.ordinary.voting_period" value="7 days"}',
            '[thirty days]{provision="decision.ordinary.voting_period" value="30 days"}',
        ),
        (
            '[fourteen days]{provision="election.voting_period" value="14 days"}',
            '[thirty days]{provision="election.voting_period" value="30 days"}',
        ),
        (
            # The first officers, elected two years ago, still hold office when today's votes close.
            'for [two years]{provision="office.term" value="24 months"}',
            'for [three years]{provision="office.term" value="36 months"}',
        ),
    ):
        if old not in text:
            raise LookupError(f"The model text no longer says {old}")
        text = text.replace(old, new)
    return text


def found(story: Story) -> None:
    at = story.on(0)
    with writing():
        organisation = organisations.found_organisation(
            SLUG, NAME, actor=OPERATOR, now=at, summary=SUMMARY, contact="secretary@pioneers.example"
        )
        board = organisations.add_body(organisation, "board", "board", "Board", actor=OPERATOR, now=at)
        branch = organisations.add_body(
            organisation, "branch", "branch", "Spotland branch", actor=OPERATOR, now=at
        )
        assembly = organisations.assembly_of(organisation)
        for kind in OFFICES:
            organisations.add_office(
                assembly, kind, kind.replace("_", " ").capitalize(), actor=OPERATOR, now=at
            )
        organisations.add_office(
            board, "board_member", "Member of the board", seats=3, actor=OPERATOR, now=at
        )
        organisations.add_office(branch, "secretary", "Secretary of the branch", actor=OPERATOR, now=at)
        day = organisation.day_of(at)
        constitution.adopt_version(
            organisation,
            rules(),
            passed_on=day,
            registered_on=None,
            in_force_on=day,
            decision_id=None,
            now=at,
        )
        for one in people.FOUNDERS:
            enrol(
                organisation, OPERATOR, at, name=one.name, holders=[HeldBy(one.name, one.email)], article="5"
            )
        for mailbox in people.ACCOUNTS:
            story.give_password(f"{mailbox}@{people.HOST}")


def apply(story: Story, one: people.Somebody, day: int) -> None:
    """Somebody asks to join, with the declarations of the day."""
    at = story.on(day, 10)
    with story.deed(SLUG) as organisation:
        version = constitution.in_force(organisation, organisation.day_of(at))
        if version is None:
            raise LookupError("no constitution is in force")
        said = admissions.declared(version)
        person = accounts.find_or_create(one.email, at)
        person.confirmed_at = at
        actor = Actor(person_id=person.id, organisation_id=organisation.id, label=f"person {person.id}")
        members.apply(
            organisation, actor, at, name=one.name, email=one.email, declarations=said, version_id=version.id
        )


def admit(story: Story, one: people.Somebody, admitting: int) -> None:
    apply(story, one, one.joined - 3)
    at = story.on(one.joined, 18)
    with story.deed(SLUG) as organisation:
        actor = story.acting(organisation, admitting, at)
        waiting = members.waiting_applications(organisation, actor)
        admissions.admit(waiting[0], actor, at)


def join_first(story: Story) -> None:
    for one in people.JOINED:
        if one.joined < 60:
            admit(story, one, CHAIR)  # before the first officers, the founders act


def elect_officers(story: Story) -> None:
    numbers = {}
    for kind, (known, other) in STANDING.items():
        words = f"I would like to serve as {kind.replace('_', ' ')} and have time for it every week."
        numbers[kind] = story.elect(
            SLUG,
            ("assembly", kind),
            story.on(32),
            CHAIR,
            [(known, words), (other, "I stand so that there is a choice.")],
            votes=lambda voter, _n, known=known, other=other: two_ranked(voter, known, other),
        )
    for number in numbers.values():
        story.seal(SLUG, number)
    own, another = numbers.pop("returning_officer"), 17  # nobody certifies their own election
    story.name_officer(SLUG, own, CHAIR, another)
    story.certify(SLUG, own, another)
    for number in numbers.values():
        story.certify(SLUG, number, RETURNING)


def two_ranked(voter: int, known: int, other: int) -> list[int] | None:
    """Rank two candidates, who stand on the paper in the order of their names."""
    if voter % 6 == 0:
        return None
    ranking = [known, other] if voter % 4 else [other, known]
    by_name = {one.number: one.name.casefold() for one in (*people.FOUNDERS, *people.JOINED)}
    order = sorted((known, other), key=lambda number: by_name[number])
    return [order.index(number) + 1 for number in ranking]


def elect_board_and_branch(story: Story) -> None:
    at = story.on(66)
    with story.deed(SLUG) as organisation:
        branch = organisations.find_body(organisation, "branch")
        for number in people.BRANCH:
            organisations.join_body(
                branch, story.member(organisation, number), organisation.day_of(at), actor=OPERATOR, now=at
            )
    board_vote = story.elect(
        SLUG,
        ("board", "board_member"),
        story.on(67),
        RETURNING,
        [
            (9, "The bakery first."),
            (10, "Fair prices for growers."),
            (12, "Longer opening hours."),
            (15, "Pay the loan back early."),
            (20, "More training places."),
        ],
        title="Three seats on the board",
        votes=ranks,
        secrecy="secret",
    )
    story.close(SLUG, board_vote, RETURNING)
    for begins in (104, 440):
        branch_vote = story.elect(
            SLUG,
            ("branch", "secretary"),
            story.on(begins),
            RETURNING,
            [(7, "I live round the corner."), (16, "I would be glad to.")],
            title="Secretary of the Spotland branch",
            votes=lambda voter, _n: [2, 1] if voter % 5 else [1],
            own_body=True,
        )
        story.close(SLUG, branch_vote, RETURNING)


def ranks(voter: int, candidates: int) -> list[int] | None:
    """Rank some candidates, differently from voter to voter."""
    if voter % 7 == 3:
        return None
    order = [(voter * step) % candidates + 1 for step in range(1, candidates + 1)]
    return list(dict.fromkeys(order))[: 2 + voter % 3]


def join_later(story: Story) -> None:
    for one in people.JOINED:
        if one.joined >= 60:
            admit(story, one, SECRETARY)
    for one, kind, holders in (
        (people.ORGANISATION, "organisation", [HeldBy(people.DELEGATE, people.ORGANISATION.email)]),
        (people.JOINT, "joint", [HeldBy("Ben Whitworth", people.JOINT.email), HeldBy("Clara Whitworth")]),
        (people.ON_PAPER, "person", [HeldBy(people.ON_PAPER.name)]),
    ):
        at = story.on(one.joined)
        with story.deed(SLUG) as organisation:
            enrol(
                organisation,
                story.acting(organisation, SECRETARY, at),
                at,
                name=one.name,
                kind=kind,
                holders=holders,
                article="7",
                postal_address="12 Drake Street, Rochdale" if one is people.ON_PAPER else "",
            )
