"""Names as banks spell them: folded so that ä, ae and a are one."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_NO_NAMES = frozenset(["dr", "prof", "mr", "mrs", "ms", "herr", "frau", "und", "and", "et", "or", "oder"])


@lru_cache(maxsize=65536)
def words_of(name: str) -> frozenset[str]:
    """The folded words of a name, without titles and initials."""
    bare = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    # Banks write ä as ae or as a: both become a, so that each spelling meets the other.
    bare = re.sub(r"([aou])e", r"\1", bare)
    return frozenset(
        word for word in re.findall(r"[^\W\d_]+", bare) if len(word) > 1 and word not in _NO_NAMES
    )


def likeness(one: str, other: str) -> Literal["whole", "part", "none"]:
    """Whether the shorter name stands wholly in the longer (two words at least), in part, or not at all."""
    these, those = words_of(one), words_of(other)
    common = these & those
    if not common:
        return "none"
    return "whole" if len(common) >= min(2, len(those)) and common == min(these, those, key=len) else "part"
