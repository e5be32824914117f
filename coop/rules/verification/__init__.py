"""Checking a ballot from its bundle alone: every hash, the roll, the votes, the count and the decision.

A check compares the file with itself; only the head, copied from elsewhere, compares it with the world.
"""

from coop.rules.verification.bundle import Bundle, Unreadable
from coop.rules.verification.checks import Check, verify
from coop.rules.verification.reading import read
from coop.rules.verification.secret import Signatures

__all__ = ["Bundle", "Check", "Signatures", "Unreadable", "read", "verify"]
