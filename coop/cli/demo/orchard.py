"""Orchard Society: a second organisation, small, so that isolation is visible."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import coop
from coop.access import OPERATOR
from coop.cli.demo.story import Story
from coop.services import constitution, organisations, works
from coop.services.members.enrolling import HeldBy, enrol
from coop.services.works import Author
from coop.transaction import writing

SLUG = "orchard"
MODEL = Path(coop.__file__).parent / "constitution_models" / "society.md"
SUMMARY = "We look after the old orchard behind the mill: we prune, pick, press and share."
MEMBERS = (
    ("Hannah Lowe", "secretary@orchard.example"),
    ("Idris Bowen", "member@orchard.example"),
    ("Carla Ruiz", "carla@orchard.example"),
    ("Peter Dunne", "peter@orchard.example"),
    ("Mei Tanaka", "mei@orchard.example"),
)
DAYS = 200


def tell(story: Story) -> None:
    story.begin(DAYS)
    found(story)
    elect(story)
    share(story)
    story.put(
        SLUG,
        story.now - timedelta(days=1),
        3,
        "Press on the last Saturday of October",
        "The pressing day is the last Saturday of October, and everyone takes home what they picked.",
        proposer=4,
        votes=lambda voter: "for" if voter in (3, 4) else None,
    )
    story.hold_meeting(
        SLUG,
        story.now - timedelta(days=3),
        DAYS + 20,
        1,
        title="Winter meeting",
        place="The shed",
        items=[("Pruning", "Who prunes which rows.", "", None)],
        present=[],
    )


def found(story: Story) -> None:
    at = story.on(0)
    with writing():
        organisation = organisations.found_organisation(
            SLUG,
            "Orchard Society",
            actor=OPERATOR,
            now=at,
            summary=SUMMARY,
            contact="secretary@orchard.example",
        )
        assembly = organisations.assembly_of(organisation)
        for kind in ("secretary", "treasurer", "returning_officer"):
            organisations.add_office(
                assembly, kind, kind.replace("_", " ").capitalize(), actor=OPERATOR, now=at
            )
        day = organisation.day_of(at)
        constitution.adopt_version(
            organisation,
            MODEL.read_text(encoding="utf-8"),
            passed_on=day,
            registered_on=None,
            in_force_on=day,
            decision_id=None,
            now=at,
        )
        for name, email in MEMBERS:
            enrol(organisation, OPERATOR, at, name=name, holders=[HeldBy(name, email)], article="3")
        for _name, email in MEMBERS[:2]:
            story.give_password(email)


def elect(story: Story) -> None:
    numbers = [
        story.elect(
            SLUG,
            ("assembly", kind),
            story.on(2),
            1,
            [(who, "I have the time.")],
            votes=lambda _voter, _n: [1],
        )
        for kind, who in (("secretary", 1), ("treasurer", 5), ("returning_officer", 3))
    ]
    for number in numbers:
        story.seal(SLUG, number)
    story.name_officer(SLUG, numbers[-1], 1, 2)  # nobody certifies their own election
    for number, who in zip(numbers, (3, 3, 2), strict=True):
        story.certify(SLUG, number, who)


def share(story: Story) -> None:
    at = story.on(60)
    stored = story.file("press.md", "# The press\n\nTurn slowly, rest, turn again.\n", "text/markdown")
    with story.deed(SLUG) as organisation:
        works.register_work(
            organisation,
            story.acting(organisation, 2, at),
            at,
            title="How to press apples",
            kind="text",
            description="One page for the shed wall.",
            authors=[Author(Fraction(1), member_number=2)],
            licence="CC-BY-4.0",
            file=stored,
        )
