"""Toad Lane Pioneers: a consumers' and workers' co-op with two years behind it."""

from coop.cli.demo.deciding import answer_sooner, decide_and_meet, decide_lately, leave_open
from coop.cli.demo.joining import (
    DAYS,
    elect_board_and_branch,
    elect_officers,
    found,
    join_first,
    join_later,
)
from coop.cli.demo.money import collect_dues
from coop.cli.demo.story import Story
from coop.cli.demo.works import share_works


def tell(story: Story) -> None:
    story.begin(DAYS)
    found(story)
    join_first(story)
    elect_officers(story)
    elect_board_and_branch(story)
    dues_decision_id = decide_and_meet(story)
    join_later(story)
    answer_sooner(story)
    share_works(story)
    collect_dues(story, dues_decision_id)
    decide_lately(story)
    leave_open(story)
