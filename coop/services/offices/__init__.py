"""What the constitution says of an office: who can hold it, who acts while it is vacant, how it is filled."""

from coop.services.offices.handing_over import (
    add_item,
    find_handover,
    handovers_by_term,
    has_to_sign,
    parties_of,
    sign_handover,
    to_sign,
    why_alone,
    write_items,
)
from coop.services.offices.holding import conditions_of, find_term, holder_of, refuse_unfit, resign, why_unfit
from coop.services.offices.provisional import how_given
from coop.services.offices.vacancies import Vacancy, vacancies_on

__all__ = [
    "Vacancy",
    "add_item",
    "conditions_of",
    "find_handover",
    "find_term",
    "handovers_by_term",
    "has_to_sign",
    "holder_of",
    "how_given",
    "parties_of",
    "refuse_unfit",
    "resign",
    "sign_handover",
    "to_sign",
    "vacancies_on",
    "why_alone",
    "why_unfit",
    "write_items",
]
