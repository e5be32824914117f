"""Fixtures that several tests of pages share."""

from tests.teller_people import as_, election, motion, people  # noqa: F401 - tests ask for them by name
