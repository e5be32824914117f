"""How much of everything: small by default, the counts that were promised by `make prove`."""

import os

FULL = os.environ.get("COOP_SCALE") == "full"


def scale(small: int, full: int) -> int:
    """Return the small count in everyday runs and the full one under COOP_SCALE=full."""
    return full if FULL else small
