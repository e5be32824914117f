"""What the constitution says of an office: who can hold it, who acts while it is vacant, how it is filled."""

from coop.services.offices.holding import conditions_of, find_term, holder_of, refuse_unfit, resign, why_unfit
from coop.services.offices.vacancies import Vacancy, vacancies_on

__all__ = [
    "Vacancy",
    "conditions_of",
    "find_term",
    "holder_of",
    "refuse_unfit",
    "resign",
    "vacancies_on",
    "why_unfit",
]
