"""Counting: papers in, a frozen result with every round out. A new method is one file and one line here."""

from coop.rules.tally import irv, scottish_stv
from coop.rules.tally.election import Method

METHODS: dict[str, Method] = {method.name: method for method in (irv.METHOD, scottish_stv.METHOD)}
