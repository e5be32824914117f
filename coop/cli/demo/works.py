"""What the Pioneers made and share: works under free licences, and one granted exclusively."""

from datetime import timedelta
from fractions import Fraction

from coop.access import Actor
from coop.cli.demo.people import LIBRARIAN, MEMBER, RETURNING
from coop.cli.demo.story import Story
from coop.services import works
from coop.services.works import Author, Terms

SLUG = "pioneers"
LOAF = """# The Sunday loaf

Mix 1 kg of flour, 650 g of water and 20 g of salt with 200 g of leaven. Let it rest four hours, shape it,
let it rest in the cold overnight, and bake it at 230 °C for fifty minutes.
"""
TILL = '''"""Adds up a basket in pence."""


def total(basket: list[tuple[int, int]]) -> int:
    return sum(count * price for count, price in basket)
'''
POSTER = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297" role="img" aria-label="Toad Lane 1844">
<rect width="210" height="297" fill="#fbfaf6"/><circle cx="105" cy="120" r="70" fill="#14573f"/>
<text x="105" y="130" text-anchor="middle" font-family="serif" font-size="30" fill="#fff">1844</text></svg>
"""
HANDBOOK = "# For new members\n\nAsk anyone in a green apron. Everything else is in the constitution.\n"
PATTERN = "# The weavers’ pattern\n\nA twill of two by two over sixteen ends, turned every eighth pick.\n"


def share_works(story: Story) -> None:
    half = Fraction(1, 2)
    register(
        story,
        210,
        LIBRARIAN,
        "The Sunday loaf",
        "text",
        "How our Sunday loaf is made, for kitchens and bakeries.",
        [Author(half, member_number=10), Author(half, member_number=14)],
        ("loaf.md", LOAF, "text/markdown"),
        licence="CC-BY-SA-4.0",
    )
    register(
        story,
        250,
        LIBRARIAN,
        "Till",
        "software",
        "Adds up baskets at the counter of the shop.",
        [Author(Fraction(1), member_number=17)],
        ("till.py", TILL, "text/x-python"),
        licence="AGPL-3.0-or-later",
    )
    register(
        story,
        300,
        MEMBER,
        "Poster: Toad Lane 1844",
        "image",
        "The poster of our founding day.",
        [Author(Fraction(2, 3), member_number=8), Author(Fraction(1, 3), name="Edith Pargeter")],
        ("poster.svg", POSTER, "image/svg+xml"),
        licence="CC-BY-4.0",
    )
    register(
        story,
        420,
        LIBRARIAN,
        "Handbook for new members",
        "text",
        "What one asks in the first week.",
        [Author(Fraction(1), member_number=4)],
        ("handbook.md", HANDBOOK, "text/markdown"),
        licence="CC0-1.0",
    )
    pattern = register(
        story,
        430,
        LIBRARIAN,
        "The weavers’ pattern",
        "design",
        "The cloth of our aprons and bags.",
        [Author(half, member_number=12), Author(half, member_number=19)],
        ("pattern.md", PATTERN, "text/markdown"),
        holder="organisation",
    )
    grant_exclusively(story, pattern)


def register(
    story: Story,
    day: int,
    who: int,
    title: str,
    kind: str,
    description: str,
    authors: list[Author],
    file: tuple[str, str, str],
    *,
    licence: str = "",
    holder: str = "authors",
) -> int:
    at = story.on(day)
    stored = story.file(*file)
    with story.deed(SLUG) as organisation:
        work = works.register_work(
            organisation,
            story.acting(organisation, who, at),
            at,
            title=title,
            kind=kind,
            description=description,
            authors=authors,
            holder=holder,
            source="Agreed in writing with the authors" if holder == "organisation" else "",
            licence=licence,
            file=stored,
        )
        return work.number


def grant_exclusively(story: Story, number: int) -> None:
    """A special resolution approves it; then the librarian records it."""
    ballot = story.put(
        SLUG,
        story.on(480),
        RETURNING,
        "Let Calder Prints alone print our pattern",
        "Calder Prints may reproduce and distribute the weavers’ pattern on cloth in the United Kingdom for two "
        "years, and nobody else; it pays the co-op 4% of its sales.",
        decision_class="special",
        proposer=LIBRARIAN,
        votes=lambda voter: "against" if voter in (11, 17) else "abstain" if voter == 20 else "for",
    )
    decision_id = story.close(SLUG, ballot, RETURNING)
    at = story.on(500)
    with story.deed(SLUG) as organisation:
        actor: Actor = story.acting(organisation, LIBRARIAN, at)
        day = organisation.day_of(at)
        works.record_grant(
            works.find(organisation, actor, number),
            organisation,
            actor,
            at,
            Terms(
                grantee="Calder Prints",
                rights=("reproduce", "distribute"),
                starts_on=day,
                ends_on=day + timedelta(days=730),
                exclusivity="exclusive",
                territory="GB",
                field="cloth",
                royalty="4% of sales, each quarter",
            ),
            decision=story.decision(decision_id),
        )
