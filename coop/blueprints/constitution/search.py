"""Searching a constitution: the articles that have all the words, in their text or in what is made of them."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from coop.blueprints.constitution.margin import Note
from coop.gateways.markdown import Piece

_TAG = re.compile(r"(<[^>]*>)")


def matching(
    pieces: Sequence[Piece], notes: Mapping[str, list[Note]], words: str
) -> tuple[list[Piece], dict[str, list[Note]]]:
    """The articles and the adopted defaults in which words begin with each of these, which are marked."""
    wanted = words.split()
    beginnings = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in wanted]

    def has_all(text: str) -> bool:
        return all(word.search(text) for word in beginnings)

    found = [
        replace(piece, html=_marked(piece.html, wanted))
        for piece in pieces
        if piece.article and has_all(" ".join([_text(piece.html), *map(_said, notes.get(piece.article, []))]))
    ]
    defaults = [note for note in notes.get("", []) if has_all(_said(note))]
    return found, {**notes, "": defaults}


def _text(marked_up: str) -> str:
    return html.unescape(_TAG.sub("", marked_up))


def _said(note: Note) -> str:
    return f"{note.label} {note.value} {note.sentence}"


def _marked(marked_up: str, wanted: Sequence[str]) -> str:
    # An entity is one letter: “amp” is not to be found in “&amp;”.
    any_word = "|".join(
        re.escape(html.escape(word, quote=False)) for word in sorted(wanted, key=len, reverse=True)
    )
    looked_for = re.compile(rf"(?<!\w)({any_word})|&\w+;", re.IGNORECASE)

    def mark(found: re.Match[str]) -> str:
        return f"<mark>{found[0]}</mark>" if found[1] else found[0]

    parts = _TAG.split(marked_up)
    return "".join(part if part.startswith("<") else looked_for.sub(mark, part) for part in parts)
