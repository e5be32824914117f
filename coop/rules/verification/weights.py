"""Whether the votes on a roll weigh what the frozen rule gives to their class."""

from collections.abc import Iterator

from coop.rules.verification.bundle import Bundle, Unreadable
from coop.rules.verification.shape import require

_SHAPE = {"classes": {"": int}, "members_per_vote": int, "most_votes": int}


def faults_of_weights(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Compare every weight with its class; by size a vote may weigh more, and the file doesn't tell whose."""
    rule = bundle.rule.get("weights")
    if rule is None:
        return
    try:
        require(rule, _SHAPE, "rule.weights")
        require(list(rule["classes"].values()), [int])
    except Unreadable as fault:
        yield "rule.weights", str(fault)
        return
    by_size, most = rule["members_per_vote"] > 0, rule["most_votes"]
    for place, entry in enumerate(bundle.roll):
        weight, of_class = entry["weight"], rule["classes"].get(entry["class"], rule["classes"][""])
        least = min(of_class, most or of_class) if by_size else of_class
        if weight < least or (weight > least and not by_size):
            yield f"roll[{place}].weight", f"A vote weighs {weight}, and the rule gives its class {of_class}."
        elif by_size and most and weight > max(most, of_class):
            yield f"roll[{place}].weight", f"A vote weighs {weight}, and the rule gives no more than {most}."
