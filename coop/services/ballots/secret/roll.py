"""Whether a roll can vote in secret: each class large enough, of one weight, and with a key."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from flask_babel import gettext as _

from coop.errors import Refusal
from coop.services.ballots.roll import Entry


def refuse_unfit(
    entries: Sequence[Entry], minimum: int, source: str, keys: Collection[str] | None = None
) -> None:
    """Refuse a roll on which a vote could be traced; `keys` are the classes that have one, if they are made."""
    weights = defaultdict(list)
    for entry in entries:
        if entry.entitled:
            weights[entry.voting_class].append(entry.weight)
    for name, found in sorted(weights.items()):
        if len(found) < minimum:
            raise Refusal(
                _(
                    "A secret ballot needs at least %(minimum)d voters in each class (%(source)s), and “%(name)s” "
                    "has %(have)d. Hold this ballot openly or in private, or when there are more.",
                    minimum=minimum,
                    source=source,
                    name=name,
                    have=len(found),
                )
            )
        if len(set(found)) > 1:
            raise Refusal(
                _(
                    "The votes of “%(name)s” don't all weigh the same, so in a secret ballot the weight would "
                    "tell whose vote it is. Hold this ballot openly or in private.",
                    name=name,
                )
            )
        if keys is not None and name not in keys:
            raise Refusal(
                _(
                    "There is no key for the class “%(name)s”: nobody was in it when this ballot was announced. "
                    "Void it and draft another.",
                    name=name,
                )
            )
