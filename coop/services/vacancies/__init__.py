"""Vacant seats filled by the constitution's way: counting the election again, or co-option until the next meeting."""

from coop.services.vacancies.answering import answer, find_offer, has_to_answer, offers_of, to_answer
from coop.services.vacancies.offering import co_opt, co_opting_body, count_back, is_vacant, way_of
from coop.services.vacancies.recounting import why_no_countback

__all__ = [
    "answer",
    "co_opt",
    "co_opting_body",
    "count_back",
    "find_offer",
    "has_to_answer",
    "is_vacant",
    "offers_of",
    "to_answer",
    "way_of",
    "why_no_countback",
]
