"""Mandates: delegates sent elsewhere by a decision, bound by decisions, and what they did; and federations."""

from coop.services.mandates.federation import (
    Child,
    affiliation_of,
    children_of,
    join,
    recognise,
    report_size,
    to_recognise,
    waiting,
)
from coop.services.mandates.naming import end_mandate, instruct, name_delegate
from coop.services.mandates.reading import (
    Due,
    InMatter,
    Sitting,
    as_data,
    decisions_to_cite,
    find,
    find_act,
    in_force,
    is_sent,
    mandates_of,
    reports_due,
    sittings_of,
    verdict_of,
)
from coop.services.mandates.recording import record_act, reply, report

__all__ = [
    "Child",
    "Due",
    "InMatter",
    "Sitting",
    "affiliation_of",
    "as_data",
    "children_of",
    "decisions_to_cite",
    "end_mandate",
    "find",
    "find_act",
    "in_force",
    "instruct",
    "is_sent",
    "join",
    "mandates_of",
    "name_delegate",
    "recognise",
    "record_act",
    "reply",
    "report",
    "report_size",
    "reports_due",
    "sittings_of",
    "to_recognise",
    "verdict_of",
    "waiting",
]
