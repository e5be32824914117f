"""Provisions: the typed values that the text of a constitution carries."""

from coop.rules.provisions.registry import CLASSES, REGISTRY, Provision
from coop.rules.provisions.values import BadValue, Days, Months, Number, Value

__all__ = ["CLASSES", "REGISTRY", "BadValue", "Days", "Months", "Number", "Provision", "Value"]
