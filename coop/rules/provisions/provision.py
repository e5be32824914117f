"""What a provision is: its key, its kind of value, its default and bounds, and what the software does with it."""

from dataclasses import dataclass
from fractions import Fraction

from coop.rules.provisions.values import BadValue, Days, Kind, Months, Number, Value
from coop.rules.thresholds import Majority, Quorum


@dataclass(frozen=True)
class Provision:
    key: str
    kind: Kind
    default: str  # canonical text
    label: str
    sentence: str  # what the software does with it
    scopes: tuple[str, ...] = ()  # of "body", "office" and "class"
    low: int | None = None
    high: int | None = None

    def parse(self, text: str) -> Value:
        """Read the text of a mark; raise BadValue with a sentence."""
        value = self.kind.parse(text.strip())
        if isinstance(value, Majority) and (value.share < Fraction(1, 2) or not value.met_by(1, 1)):
            raise BadValue("A majority is more than half: fewer could carry a motion and its opposite.")
        if isinstance(value, Majority) and value.met_by(1, 2):
            raise BadValue("“At least half” lets a tie carry: write “> 1/2”, or a larger share.")
        size = _size(value)
        if size is not None and self.low is not None and size < self.low:
            raise BadValue(f"“{text}” is too small: at least {self.low}.")
        if size is not None and self.high is not None and size > self.high:
            raise BadValue(f"“{text}” is too large: at most {self.high}.")
        return value

    def text(self, value: Value) -> str:
        """The canonical spelling, which is what versions store."""
        return "; ".join(value) if isinstance(value, tuple) else self.kind.text(value)

    def spell(self, value: Value) -> str:
        """The value in the words of a member."""
        return self.kind.spell(value)

    @property
    def example(self) -> str:
        """A value that this provision takes: that of its kind, or else its default."""
        try:
            self.parse(self.kind.example)
        except BadValue:
            return self.default
        return self.kind.example

    @property
    def bounds(self) -> str:
        if isinstance(self.kind.parse(self.kind.example), Majority):
            return "more than 1/2, at most 1"
        if isinstance(self.kind.parse(self.kind.example), Quorum):
            return "0 to 1"
        return "" if self.low is None else f"{self.low} to {self.high}"


def _size(value: Value) -> int | None:
    return value.n if isinstance(value, (Days, Months, Number)) else None
