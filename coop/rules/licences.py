"""What one may, must and must not do under the common public licences, in plain words.

Ids are those of SPDX. The words are a guide to the licence's text and never stand in for it; a licence
that is not in the table answers "ask", never a guess. Expressions come in parsed, as Term, AnyOf and AllOf.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from coop.rules.rights import NON_COMMERCIAL, USES, Right


class Kind(StrEnum):
    OPEN = "open"  # use it for anything, give credit at most
    COPYLEFT = "copyleft"  # what is made from it carries the same licence
    LIMITED = "limited"  # shared, but not for everything
    RESERVED = "reserved"  # nothing without permission
    ASK = "ask"  # read the text


KIND_IN_WORDS = {
    Kind.OPEN: "open: free for everyone to use",
    Kind.COPYLEFT: "copyleft: free to use, and what is made from it stays free",
    Kind.LIMITED: "shared with limits",
    Kind.RESERVED: "all rights reserved",
    Kind.ASK: "its own terms",
}

USE = "use it for any purpose"
COPY = "copy it and pass it on"
CHANGE = "change it and pass on the result"
CHANGE_PRIVATELY = "change it for yourself"
SELL = "use it for money"
PATENTS = "use the contributors' patents that it needs"
UNCHANGED = "pass it on unchanged"
EMBED = "embed the font in documents of any kind"

CREDIT = "name the authors, link the licence and say what you changed"
KEEP_NOTICES = "keep the copyright notice and the licence text with it"
SAY_CHANGES = "mark the files that you changed"
KEEP_ATTRIBUTION = "pass on its NOTICE file"
GIVE_SOURCE = "offer the source code to whoever gets the program"
GIVE_FILE_SOURCE = "offer the source code of its files, also of those you changed"
GIVE_NETWORK_SOURCE = "offer the source code of a changed program to those who use it over a network"
SAME_LICENCE = "put what you make from it under the same licence"
SAME_FILE_LICENCE = "keep its files under the same licence"
SAME_LIBRARY_LICENCE = "keep the library, with your changes, under the same licence"
RELINK = "let users of your program exchange the library for their own version"
CREDIT_UNCHANGED = "name the authors and link the licence"
CREDIT_DATABASE = "say which database it comes from and keep its notices"
SAME_DATABASE_LICENCE = "put a database that you make from it under the same licence"
OPEN_COPY = "where you lock a copy, give an unlocked one too"
TELL_ORIGIN = "say that a changed version is not the original"

BLAME = "hold the authors liable: it comes without any warranty"
BORROW_NAME = "use the authors' names to recommend what you made"
BRANDS = "use the authors' trade marks, unless they let you"
LOCK = "add terms or technical locks that take these freedoms from others"
EARN = "use it for money"
SHARE_CHANGES = "pass on a changed version"
SELL_ALONE = "sell the font by itself"
RESERVED_NAMES = "give a changed font its reserved names"
CLAIM = "pretend that you made it"
ANYTHING = "copy, change, perform or pass it on without the holder's permission"
PATENT_SUIT = "sue over patents in it and keep its patent licence"


@dataclass(frozen=True)
class Licence:
    id: str
    name: str
    kind: Kind
    may: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


FREELY = (USE, COPY, CHANGE, SELL)
_GPL = (KEEP_NOTICES, SAY_CHANGES, GIVE_SOURCE, SAME_LICENCE)
_LGPL = (KEEP_NOTICES, SAY_CHANGES, SAME_LIBRARY_LICENCE, GIVE_FILE_SOURCE, RELINK)


def _creative_commons(code: str, words: str, version: str) -> Licence:
    parts = code.split("-")
    earns, changes, alike = "NC" not in parts, "ND" not in parts, "SA" in parts
    kind = Kind.LIMITED if not (earns and changes) else Kind.COPYLEFT if alike else Kind.OPEN
    may = [UNCHANGED if not changes else COPY, CHANGE if changes else CHANGE_PRIVATELY]
    must_not = [BLAME, BORROW_NAME, LOCK]
    if earns:
        may.append(SELL)
    else:
        must_not.append(EARN)
    if not changes:
        must_not.append(SHARE_CHANGES)
    return Licence(
        f"CC-{code}-{version}",
        f"Creative Commons {words} {version}",
        kind,
        tuple(may),
        (CREDIT if changes else CREDIT_UNCHANGED, *((SAME_LICENCE,) if alike else ())),
        tuple(must_not),
    )


def _gnu(code: str, words: str, version: str, must: tuple[str, ...]) -> list[Licence]:
    may = (*FREELY, PATENTS) if version.startswith("3") else FREELY
    named = Licence(f"{code}-{version}", f"GNU {words} {version}", Kind.COPYLEFT, may, must, (BLAME, LOCK))
    return [
        replace(named, id=f"{named.id}-only", name=f"{named.name} only"),
        replace(named, id=f"{named.id}-or-later", name=f"{named.name} or later"),
        named,  # the id as it was written until 2017
    ]


_TABLE = [
    Licence("MIT", "MIT License", Kind.OPEN, FREELY, (KEEP_NOTICES,), (BLAME,)),
    Licence("ISC", "ISC License", Kind.OPEN, FREELY, (KEEP_NOTICES,), (BLAME,)),
    Licence("0BSD", "BSD Zero Clause License", Kind.OPEN, FREELY, (), (BLAME,)),
    Licence("Unlicense", "The Unlicense", Kind.OPEN, FREELY, (), (BLAME,)),
    Licence("Zlib", "zlib License", Kind.OPEN, FREELY, (KEEP_NOTICES, TELL_ORIGIN), (BLAME, CLAIM)),
    Licence("BSD-2-Clause", "BSD 2-Clause License", Kind.OPEN, FREELY, (KEEP_NOTICES,), (BLAME,)),
    Licence("BSD-3-Clause", "BSD 3-Clause License", Kind.OPEN, FREELY, (KEEP_NOTICES,), (BLAME, BORROW_NAME)),
    Licence(
        "Apache-2.0",
        "Apache License 2.0",
        Kind.OPEN,
        (*FREELY, PATENTS),
        (KEEP_NOTICES, SAY_CHANGES, KEEP_ATTRIBUTION),
        (BLAME, BRANDS, PATENT_SUIT),
    ),
    Licence(
        "MPL-2.0",
        "Mozilla Public License 2.0",
        Kind.COPYLEFT,
        (*FREELY, PATENTS),
        (KEEP_NOTICES, GIVE_FILE_SOURCE, SAME_FILE_LICENCE),
        (BLAME, BRANDS, PATENT_SUIT),
    ),
    Licence(
        "EUPL-1.2",
        "European Union Public Licence 1.2",
        Kind.COPYLEFT,
        (*FREELY, PATENTS),
        (KEEP_NOTICES, SAY_CHANGES, GIVE_SOURCE, GIVE_NETWORK_SOURCE, SAME_LICENCE),
        (BLAME, BRANDS),
        ("Where it is joined with work under a licence that it lists as compatible, that one may apply.",),
    ),
    *_gnu("GPL", "General Public License", "2.0", _GPL),
    *_gnu("GPL", "General Public License", "3.0", _GPL),
    *_gnu("LGPL", "Lesser General Public License", "2.1", _LGPL),
    *_gnu("LGPL", "Lesser General Public License", "3.0", _LGPL),
    *_gnu("AGPL", "Affero General Public License", "3.0", (*_GPL[:3], GIVE_NETWORK_SOURCE, SAME_LICENCE)),
    Licence("CC0-1.0", "Creative Commons Zero 1.0", Kind.OPEN, FREELY, (), (BLAME, BORROW_NAME, BRANDS)),
    Licence(
        "CC-PDDC",
        "Creative Commons Public Domain Dedication and Certification",
        Kind.OPEN,
        FREELY,
        (),
        (BLAME,),
    ),
    *(
        _creative_commons(code, words, version)
        for version in ("4.0", "3.0")
        for code, words in (
            ("BY", "Attribution"),
            ("BY-SA", "Attribution-ShareAlike"),
            ("BY-ND", "Attribution-NoDerivatives"),
            ("BY-NC", "Attribution-NonCommercial"),
            ("BY-NC-SA", "Attribution-NonCommercial-ShareAlike"),
            ("BY-NC-ND", "Attribution-NonCommercial-NoDerivatives"),
        )
    ),
    Licence(
        "OFL-1.1",
        "SIL Open Font License 1.1",
        Kind.COPYLEFT,
        (USE, COPY, CHANGE, EMBED),
        (KEEP_NOTICES, SAME_LICENCE),
        (BLAME, SELL_ALONE, RESERVED_NAMES, BORROW_NAME),
    ),
    Licence(
        "ODbL-1.0",
        "Open Database License 1.0",
        Kind.COPYLEFT,
        FREELY,
        (CREDIT_DATABASE, SAME_DATABASE_LICENCE, OPEN_COPY),
        (BLAME, LOCK),
        ("It covers the database; what is in the database may have rights of its own.",),
    ),
    Licence(
        "ODC-By-1.0",
        "Open Data Commons Attribution License 1.0",
        Kind.OPEN,
        FREELY,
        (CREDIT_DATABASE,),
        (BLAME,),
        ("It covers the database; what is in the database may have rights of its own.",),
    ),
    Licence("PDDL-1.0", "Open Data Commons Public Domain Dedication 1.0", Kind.OPEN, FREELY, (), (BLAME,)),
]
LICENCES = {licence.id: licence for licence in _TABLE}
# Ids as written until 2017 stay readable and are not offered.
OFFERED = tuple(
    key for key in LICENCES if f"{key}-only" not in LICENCES and not (key[:3] == "CC-" and key[-3:] == "3.0")
)

RESERVED = Licence(
    "",
    "All rights reserved",
    Kind.RESERVED,
    may=("read, watch or listen to it where the holder shows it",),
    must=("ask the holder before anything else",),
    must_not=(ANYTHING,),
    ask=("The law of your country may allow quoting, teaching or private copies.",),
)

# What an exception takes away from the licence it stands with.
EXCEPTIONS = {
    "Classpath-exception-2.0": "Programs that only link to it may have a licence of their own.",
    "GCC-exception-3.1": "Programs compiled with it may have a licence of their own.",
    "Autoconf-exception-3.0": "The configuration scripts it makes may have a licence of their own.",
    "Bison-exception-2.2": "The parsers it makes may have a licence of their own.",
    "Font-exception-2.0": "Documents that embed the font may have a licence of their own.",
    "Linux-syscall-note": "Programs that only call the kernel may have a licence of their own.",
    "LLVM-exception": "Programs compiled with it need not carry its notices.",
}


# Expressions


@dataclass(frozen=True)
class Term:
    id: str
    exception: str = ""


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Expression", ...]


Expression = Term | AnyOf | AllOf


def licence_of(term: Term) -> Licence:
    """The plain words of one licence, with its exception; unknown ones say to read the text."""
    found = LICENCES.get(term.id.removesuffix("+"))
    if found is None:
        found = Licence(term.id, term.id, Kind.ASK, ask=(f"Read the text of {term.id} before you use this.",))
    elif term.id.endswith("+"):
        found = replace(found, id=term.id, name=f"{found.name} or later")
    if not term.exception:
        return found
    more = EXCEPTIONS.get(term.exception, f"Read the text of the exception {term.exception}.")
    return replace(
        found,
        id=f"{term.id} WITH {term.exception}",
        name=f"{found.name} with {term.exception}",
        ask=(*found.ask, more),
    )


def terms_of(expression: Expression) -> tuple[Term, ...]:
    """Every licence named, once, in the order of the expression."""
    if isinstance(expression, Term):
        return (expression,)
    return tuple(dict.fromkeys(term for part in expression.parts for term in terms_of(part)))


def alternatives(expression: Expression) -> list[tuple[Term, ...]]:
    """The ways to comply: choose one, and all of its licences apply."""
    if isinstance(expression, Term):
        return [(expression,)]
    below = [alternatives(part) for part in expression.parts]
    if isinstance(expression, AnyOf):
        ways = [way for part in below for way in part]
    else:
        ways = [tuple(dict.fromkeys(sum(chosen, ()))) for chosen in product(*below)]
    return list(dict.fromkeys(ways))


def is_too_branched(expression: Expression, most: int = 16) -> bool:
    """Whether the ways to comply are more than a person would read; counted without listing them."""
    return _count(expression) > most


def _count(expression: Expression) -> int:
    if isinstance(expression, Term):
        return 1
    counts = [_count(part) for part in expression.parts]
    if isinstance(expression, AnyOf):
        return sum(counts)
    ways = 1
    for count in counts:
        ways *= count
    return ways


def plain_words(expression: Expression | None) -> list[Licence]:
    """One entry for each way to comply; None is a work with all rights reserved.

    Where several licences apply at once, one may only what all allow, and must whatever one asks.
    """
    if expression is None:
        return [RESERVED]
    if is_too_branched(expression):
        return [
            Licence(
                "", "Many licences", Kind.ASK, ask=("Too many licences meet here: read each one's text.",)
            )
        ]
    return [_together([licence_of(term) for term in way]) for way in alternatives(expression)]


_STRICTEST_FIRST = (Kind.ASK, Kind.RESERVED, Kind.LIMITED, Kind.COPYLEFT, Kind.OPEN)


def _together(licences: list[Licence]) -> Licence:
    if len(licences) == 1:
        return licences[0]
    known = [licence for licence in licences if licence.kind is not Kind.ASK]
    may = tuple(may for may in _each(known, "may") if all(may in licence.may for licence in licences))
    ask = _each(licences, "ask")
    alike = [licence.name for licence in licences if SAME_LICENCE in licence.must]
    if len(alike) > 1:
        names = " and ".join(alike)
        ask = (*ask, f"{names} each want changed versions under themselves: ask which applies to which part.")
    return Licence(
        " AND ".join(licence.id for licence in licences),
        " and ".join(licence.name for licence in licences),
        min((licence.kind for licence in licences), key=_STRICTEST_FIRST.index),
        may,
        _each(licences, "must"),
        _each(licences, "must_not"),
        ask,
    )


def _each(licences: Iterable[Licence], what: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for licence in licences for words in getattr(licence, what)))


@dataclass(frozen=True)
class Given:
    """What a public licence has given to everyone, for good."""

    rights: frozenset[Right]
    field: str
    terms_known: bool


def given_to_everyone(term: Term) -> Given:
    licence = LICENCES.get(term.id.removesuffix("+"))
    if licence is None:
        return Given(USES, "", terms_known=False)
    rights = USES if CHANGE in licence.may else USES - {Right.ADAPT}
    return Given(rights, NON_COMMERCIAL if EARN in licence.must_not else "", terms_known=True)
