"""Reports read everything and write nothing: the first page, the desk, the trail."""

from coop.services.reports.desk import Pile, Waiting, desk_of
from coop.services.reports.front import demonstration, is_empty, organisations_of
from coop.services.reports.handing_over import last_statement, open_tasks
from coop.services.reports.home import Home, ballots_due, decided_lately, half_sentence, home_of, hour_of
from coop.services.reports.trail import Search, Trail, read_trail

__all__ = [
    "Home",
    "Pile",
    "Search",
    "Trail",
    "Waiting",
    "ballots_due",
    "decided_lately",
    "demonstration",
    "desk_of",
    "half_sentence",
    "home_of",
    "hour_of",
    "is_empty",
    "last_statement",
    "open_tasks",
    "organisations_of",
    "read_trail",
]
