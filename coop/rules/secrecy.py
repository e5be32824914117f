"""How secret a ballot is: open, private or secret, as the constitution has it, or more so; never less."""

SECRECIES = ("open", "private", "secret")  # the least secret first
FEWEST_VOTES = 5  # fewer votes of one class could tell how somebody voted


def less_secret(one: str, other: str) -> bool:
    """Whether one is less secret than the other."""
    return SECRECIES.index(one) < SECRECIES.index(other)


def more_secret(one: str, other: str) -> str:
    """Give the more secret of two."""
    return max(one, other, key=SECRECIES.index)
