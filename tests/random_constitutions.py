"""Constitutions at random: any valid values, out of the registry itself, each in an article of its own."""

import re
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import assume
from hypothesis import strategies as st

from coop.gateways.markdown import parse
from coop.rules.constitution import assemble
from coop.rules.provisions import REGISTRY
from coop.rules.provisions.together import clashes
from coop.rules.provisions.values import OFFICE_NAMES

# What a co-op of a dozen can play through; the registry's own bounds hold for everything else.
PLAYABLE = {
    "decision.ordinary.seconders": (0, 3),
    "decision.special.seconders": (0, 3),
    "nomination.seconders": (0, 3),
    "member.votes": (1, 3),
    "ballot.secret.minimum": (5, 8),
    "motion.lapse": (6, 60),
}
QUORUMS = st.one_of(
    st.builds("{}/{} of eligible".format, st.integers(0, 3), st.integers(3, 9)),
    st.builds("{} of eligible".format, st.integers(0, 5)),
    st.builds("{}/{} and {} of eligible".format, st.integers(1, 2), st.integers(2, 7), st.integers(1, 5)),
)
ZONES = ("UTC", "Europe/Madrid", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu")


@dataclass(frozen=True)
class Drawn:
    """A text, the article that states each provision, and its value by name ("key" or "key@scope")."""

    text: str
    articles: dict[str, str]
    values: dict[str, object]

    def n(self, name):
        return self.values[name].n

    def cites(self, name, said):
        """Whether a sentence names the article of the provision; a number within another is none."""
        return re.search(rf"article {self.articles[name]}\b", said, re.IGNORECASE) is not None


def majorities(basis):
    shares = st.fractions(Fraction(1, 2), 1, max_denominator=12)
    return shares.map(
        lambda share: (
            f"{'>' if share == Fraction(1, 2) else '>='} {share.numerator}/{share.denominator} of {basis}"
        )
    )


def texts_of(key):
    """Every text that a provision takes, from one of its bounds to the other."""
    provision, kind = REGISTRY[key], REGISTRY[key].kind
    low, high = PLAYABLE.get(key, (provision.low, provision.high))
    if low is not None:
        unit = {"days": " days", "clear days": " days", "months": " months"}.get(kind.name, "")
        return st.one_of(st.integers(low, high), st.sampled_from((low, high))).map(lambda n: f"{n}{unit}")
    if kind.name == "majority":
        return st.sampled_from(("cast", "present", "eligible")).flatmap(majorities)
    if kind.name == "quorum":
        return QUORUMS
    if kind.name == "offices":
        return st.lists(st.sampled_from(OFFICE_NAMES), max_size=2, unique=True).map(
            lambda names: "; ".join(names) or "none"
        )
    named = {"choice": kind.choices, "time zone": ZONES, "currency": ("EUR", "GBP", "XCD")}
    return st.sampled_from(named.get(kind.name, (provision.default,)))


@st.composite
def constitutions(draw, **pinned):
    """Some provisions with any of their values, and those that are pinned: a text or a strategy each.

    In a pinned name "__" stands for a dot, and "_at_" for what follows it: an office of its own.
    """
    pins = {name.replace("__", ".").replace("_at_", "@"): one for name, one in pinned.items()}
    others = [key for key in REGISTRY if key not in pins and not key.startswith("office.")]
    names = draw(st.permutations([*pins, *draw(st.sets(st.sampled_from(others), max_size=len(others)))]))
    # The board's own values are decoys: the general meeting decides here.
    boards = [one for one in names if "body" in REGISTRY[one.partition("@")[0]].scopes]
    decoys = draw(st.sets(st.sampled_from(boards))) if boards else ()
    number, lines, articles = 0, [], {}
    for name in [*names, *(f"{one}@board" for one in sorted(decoys) if "@" not in one)]:
        key, _, scope = name.partition("@")
        pin = pins.get(name)
        value = pin if isinstance(pin, str) else draw(pin if pin is not None else texts_of(key))
        words = value if key in ("office.excludes", "membership.declarations") else "as follows"
        more = f' {"body" if scope == "board" else "office"}="{scope}"' if scope else ""
        number += draw(st.integers(1, 3))
        lines.append(f'{number}. It is [{words}]{{provision="{key}"{more} value="{value}"}}.\n')
        articles[name] = str(number)
    text = "\n".join(lines)
    reading = assemble(parse(text))
    assume(not clashes({(one.key, one.scope): one for one in reading.provisions}))
    assert reading.problems == ()
    return Drawn(text, articles, {one.name: one.value for one in reading.provisions})
