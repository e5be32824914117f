"""Versions of the constitution, the values in force, and the one way they change: adopting a version."""

from coop.services.constitution.adopting import BODY_KINDS, OFFICE_KINDS, adopt_version, read
from coop.services.constitution.paper import set_on_paper
from coop.services.constitution.reading import (
    Rule,
    Setting,
    as_data,
    find_version,
    forget_values,
    history_of,
    in_force,
    in_force_of,
    latest,
    rule,
    summary_of,
    values_of,
    versions,
)

__all__ = [
    "BODY_KINDS",
    "OFFICE_KINDS",
    "Rule",
    "Setting",
    "adopt_version",
    "as_data",
    "find_version",
    "forget_values",
    "history_of",
    "in_force",
    "in_force_of",
    "latest",
    "read",
    "rule",
    "set_on_paper",
    "summary_of",
    "values_of",
    "versions",
]
