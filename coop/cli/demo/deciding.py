"""What the Pioneers decide and meet about, and what is still open today."""

from datetime import timedelta

from coop.cli.demo import people
from coop.cli.demo.joining import DAYS, SLUG, admit, apply, ranks, rules
from coop.cli.demo.people import RETURNING, SECRETARY
from coop.cli.demo.story import Story
from coop.services import constitution
from coop.transaction import writing

REPORT = (
    "William Cooper reported for the board: the shop opened on four days a week and the bakery on six. "
    "Members asked about the lease; it runs for five years."
)
ON_DUES = "The treasurer explained how dues are charged and that nobody short of money should stay silent."
SECOND_REPORT = "Rosa Marchetti reported for the board: sales grew, and the loan for the oven is half repaid."
ON_PREMISES = "The chair thanked both sides for a fair argument. Orchard will be told."


def decide_and_meet(story: Story) -> int:
    dues = story.put(
        SLUG,
        story.on(100),
        RETURNING,
        "Dues of 12.00 € a month",
        "From the next quarter on, members pay 36.00 € a quarter; whoever works part-time or earns little pays "
        "18.00 €. The treasurer charges them at the beginning of each quarter.",
        proposer=3,
        votes=lambda voter: "against" if voter in (11, 15, 19) else "abstain" if voter == 17 else "for",
    )
    dues_decision_id = story.close(SLUG, dues, RETURNING)
    first = story.hold_meeting(
        SLUG,
        story.on(110),
        140,
        SECRETARY,
        title="First general meeting",
        place="The Weavers’ Hall, Toad Lane 31",
        items=[
            ("Report of the board", "", REPORT, None),
            ("Dues", "The ballot on dues has closed.", ON_DUES, dues),
            ("Any other business", "", "Greta Lindqvist offered to keep the notice board.", None),
        ],
        present=[1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 16, 20],
        online=[12, 18],
    )
    minutes = story.put(
        SLUG,
        story.on(145),
        RETURNING,
        "Approve the minutes of the first general meeting",
        "The minutes of the first general meeting are approved as circulated.",
        proposer=SECRETARY,
        votes=lambda voter: None if voter % 3 == 0 else "for",
    )
    story.approve_and_issue(SLUG, first, SECRETARY, story.close(SLUG, minutes, RETURNING), story.on(180))
    return dues_decision_id


def answer_sooner(story: Story) -> None:
    """Change one article: the constitution gets its second version."""
    ballot = story.put(
        SLUG,
        story.on(450),
        RETURNING,
        "Answer applicants within a week",
        "In article 7, “ten days” becomes “seven days”.",
        decision_class="constitutional",
        proposer=14,
        votes=lambda voter: None if voter == 11 else "abstain" if voter == 15 else "for",
    )
    decision_id = story.close(SLUG, ballot, RETURNING)
    at = story.on(474)
    old, new = (
        f'[{words} days]{{provision="membership.admission_time" value="{n} days"}}'
        for words, n in (("ten", 10), ("seven", 7))
    )
    with story.deed(SLUG) as organisation:
        day = organisation.day_of(at)
        constitution.adopt_version(
            organisation,
            rules().replace(old, new),
            passed_on=story.decision(decision_id).decided_on,
            registered_on=None,
            in_force_on=day,
            decision_id=decision_id,
            now=at,
        )


def decide_lately(story: Story) -> None:
    lost = story.put(
        SLUG,
        story.on(560),
        RETURNING,
        "Share premises with Orchard",
        "The co-op lets the upper floor of the workshop to Orchard Society for three years.",
        proposer=10,
        votes=lambda voter: "abstain" if voter == 27 else "for" if voter % 2 else "against",  # a tie is lost
    )
    carried = story.put(
        SLUG,
        story.on(600),
        RETURNING,
        "A bread share for whoever is short of money",
        "Each Saturday the bakery sets aside twenty loaves, which anyone may take without being asked why.",
        proposer=14,
        votes=lambda voter: None if voter in (9, 22) else "against" if voter in (11, 15) else "for",
    )
    sundays = story.put(
        SLUG,
        story.on(602),
        RETURNING,
        "Keep the shop closed on Sundays",
        "The shop stays closed on Sundays, as it has been since we opened.",
        proposer=12,
        votes=lambda voter: None if voter in (4, 20) else "against" if voter % 4 == 1 else "for",
        secrecy="secret",
    )
    for ballot in (lost, carried, sundays):
        story.close(SLUG, ballot, RETURNING)
    second = story.hold_meeting(
        SLUG,
        story.on(620),
        655,
        SECRETARY,
        title="Second general meeting",
        place="The Weavers’ Hall, Toad Lane 31, and online",
        items=[
            ("Report of the board", "", SECOND_REPORT, None),
            ("Premises", "The ballot on letting the upper floor has closed.", ON_PREMISES, lost),
            (
                "Bread share",
                "The ballot on the bread share has closed.",
                "The bakers start next Saturday.",
                carried,
            ),
            ("Report of the auditor", "", "Ingrid Solberg read the books and found all explained.", None),
        ],
        present=[1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 14, 17, 19, 21, 23, 25, 27],
        online=[9, 16, 18, 24],
    )
    minutes = story.put(
        SLUG,
        story.on(660),
        RETURNING,
        "Approve the minutes of the second general meeting",
        "The minutes of the second general meeting are approved as circulated.",
        proposer=SECRETARY,
        votes=lambda voter: None if voter % 4 == 0 else "for",
    )
    story.approve_and_issue(SLUG, second, SECRETARY, story.close(SLUG, minutes, RETURNING), story.on(695))
    admit(story, people.NEWEST, SECRETARY)


def leave_open(story: Story) -> None:
    """What waits on the day of loading: a motion, an election, a meeting and an application."""
    today = story.now
    story.hold_meeting(
        SLUG,
        today - timedelta(days=2),
        DAYS + 34,
        SECRETARY,
        title="General meeting",
        place="The Weavers’ Hall, Toad Lane 31, and online",
        items=[
            ("Buy the mill", "What the ballot decides, and what it means for the shop.", "", None),
            ("Accounts of the year", "The treasurer’s report.", "", None),
        ],
        present=[],
    )
    apply(story, people.APPLICANT, DAYS - 3)
    with writing():
        story.give_password(people.APPLICANT.email)
    story.put(
        SLUG,
        today,
        RETURNING,
        "Buy the mill on Toad Lane",
        "The co-op buys the freehold of the mill for 180,000 €, paid from the reserve (60,000 €) and a loan over "
        "twelve years, and the board may sign.",
        proposer=9,
        votes=lambda voter: "for" if voter in (9, 10, 13, 17) else "against" if voter in (11, 15) else None,
    )
    story.put(
        SLUG,
        today,
        RETURNING,
        "Pay the same for every hour",
        "From the first day of next year every hour of work is paid alike, whoever does it and whatever it is.",
        proposer=11,
        votes=lambda voter: (
            "for" if voter in (9, 11, 14, 17, 20, 23) else "against" if voter in (10, 15) else None
        ),
        secrecy="secret",
    )
    story.elect(
        SLUG,
        ("board", "board_member"),
        today,
        RETURNING,
        [
            (9, "Let us buy the mill and bake in it."),
            (12, "Longer opening hours."),
            (14, "A notice board online."),
            (20, "More training places."),
            (23, "Music on Saturdays."),
        ],
        title="Three seats on the board",
        votes=lambda voter, n: ranks(voter, n) if voter in (10, 13, 17, 19, 21) else None,
    )
