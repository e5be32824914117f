"""The names that end a BLT file: one a line, in as many ways of quoting as there are programs."""

import re

from coop.rules.tally.reading.source import Unreadable, decoded, named, shown

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_QUOTES = {"'": "'", "“": "”", "‘": "’", "«": "»"}
_NAMED_IN_COMMENT = re.compile(r"#\s*ALTERNATIVE NAME [0-9]+:(.*)", re.IGNORECASE)
_PAPER = re.compile(r"[0-9]+(?:\s+[-0-9=]+)*\s+0")


def read_names(tail: str, data: bytes, at: int, candidates: int) -> tuple[str, ...]:
    """Read the names after the papers: `tail` shared their last line, `data` starts on line `at`."""
    lines = _lines(tail, data, at, candidates)
    last = lines[-1][0] if lines else at - 1
    if len(lines) < candidates:
        told = f"the names of {candidates} candidates, found {len(lines)}"
        together = [quoted[1] for _, text in lines for quoted in _QUOTED.finditer(text)]
        if len(together) < candidates:
            raise Unreadable(max(last, 1), told)
        return named([" ".join(name.replace('""', '"').split()) for name in together[:candidates]], last)
    for line, text in lines[: candidates + 1]:
        if _PAPER.fullmatch(text):
            raise Unreadable(
                line, f"a candidate's name after the 0 that ends the papers, found {shown(text)}"
            )
    return named([_name(text) for _, text in lines[:candidates]], last)


def _lines(tail: str, data: bytes, at: int, candidates: int) -> list[tuple[int, str]]:
    """Keep the lines that may be names, each with its number; as many as matter."""
    found: list[tuple[int, str]] = []
    open_quote = False
    for line, raw in enumerate([tail.encode(), *data.split(b"\n")], at - 1):
        text = decoded(raw).strip().strip("\x1a").rstrip(",; \t")
        in_comment = _NAMED_IN_COMMENT.match(text)
        if in_comment:
            text = in_comment[1].strip() or '""'
        elif text.startswith("#"):
            continue
        if not text or (text == "0" and not found):
            continue
        if open_quote and not text.startswith('"') and text.endswith('"'):
            found[-1] = (found[-1][0], f"{found[-1][1]} {text}")
            open_quote = False
            continue
        open_quote = text.startswith('"') and text.count('"') % 2 == 1
        found.append((line, text))
        if len(found) > candidates:
            break
    return found


def _name(text: str) -> str:
    """Unquote a name, however often it was quoted; a second quoted text, often a party, follows a comma."""
    quoted = _QUOTED.match(text)
    if text.startswith('"') and not quoted:
        text = text[1:]
    elif quoted:
        more = _QUOTED.match(text[quoted.end() :].lstrip())
        inner = quoted[1].replace('""', '"').strip()
        text = _name(inner) if inner.startswith('"') else inner
        if more and more[1].strip():
            text = ", ".join([text, more[1].replace('""', '"').strip()])
    elif _QUOTES.get(text[0]) is not None and _QUOTES[text[0]] in text[1:]:
        text = text[1 : text.rindex(_QUOTES[text[0]])]
    else:
        text = re.split(r"\s#", text, maxsplit=1)[0]
    return " ".join(text.split())
