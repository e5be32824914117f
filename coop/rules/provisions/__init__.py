"""Provisions: the typed values that the text of a constitution carries."""

from coop.rules.provisions.decisions import CLASSES
from coop.rules.provisions.provision import Provision
from coop.rules.provisions.registry import REGISTRY
from coop.rules.provisions.values import BadValue, Days, Months, Number, Value

__all__ = ["CLASSES", "REGISTRY", "BadValue", "Days", "Months", "Number", "Provision", "Value"]
