"""The Markdown of a constitution: read into plain values, and shown as safe HTML."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin

from coop.rules.constitution import Article, Draft, Mark, Problem, resolve

LONGEST = 400_000  # characters; the longest bye-laws known have a tenth
LONGEST_PARAGRAPH = 20_000  # brackets that nobody closes cost the square of it

_LITERAL = re.compile(r"provision\s*=|\{\s*provision|value\s*=\s*[\"“'`]|\][ \t]*\{[^{}\n]*=", re.IGNORECASE)
_BRACES = re.compile(r"\{\s*(?:[\w:-]+=\"[^\"]*\"\s*)+\}")
_ATTRIBUTE = re.compile(r"([\w:-]+)=\"([^\"]*)\"")
_MARKER = re.compile(r" {0,3}\d+[.)](?:\s|$)")
_GLUED_MARKER = re.compile(r" {0,3}\d+[.)](?=[A-Z\[])|\d+[.)](?=[^\W\d_])")
_COMMENT = re.compile(r"<!--")
# What nobody sees and what changes how the rest is seen; joiners stay, some languages are written with them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufffd]")


def _parser() -> MarkdownIt:
    # No attributes behind a span's own: a second pair of braces would quietly overwrite the first.
    md = MarkdownIt("commonmark", {"html": False}).use(attrs_plugin, spans=True, after=())
    span = next(rule.fn for rule in md.inline.ruler.__rules__ if rule.name == "span")

    def located_span(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # markdown-it calls it so
        """Remember where in the paragraph the span and its braces stand."""
        start, known = state.pos, len(state.tokens)
        braces = md.helpers.parseLinkLabel(state, start, False) + 1 if state.src[start] == "[" else 0
        if not span(state, silent):
            return False
        if not silent:
            opening = next(token for token in state.tokens[known:] if token.type == "span_open")
            opening.meta = {"start": start, "braces": braces, "end": state.pos}
        return True

    md.inline.ruler.at("span", located_span)
    return md


_MD = _parser()


def parse(text: str) -> Draft:
    """Find the articles, the marks and everything that would quietly not be a mark."""
    if too_long := _too_long(text):
        return Draft((), (), (too_long,), unread=True)
    unseen = _unseen(_plain_ends(text).split("\n"))
    text = plain_lines(text)
    lines = text.split("\n")
    tokens = _MD.parse(text)
    articles, marks, problems = [], [], unseen + _bad_markers(lines, tokens)
    heading = ""
    for number, block in _blocks(tokens):
        marks += _marks_in(block, number, problems)
        if block[0].type == "heading_open":
            heading = _plain_text(block)
        if number is not None and block[0].map:
            first, end = block[0].map
            source = "\n".join(lines[first:end]).rstrip()
            articles.append(Article(number, source, _plain_text(block), first + 1, heading))
    problems += _literals_elsewhere(lines, tokens)
    return Draft(tuple(articles), tuple(marks), tuple(problems))


def _too_long(text: str) -> Problem | None:
    if len(text) > LONGEST:
        return Problem(1, f"The text is longer than {LONGEST:,} characters: no article of it was read.")
    size = 0
    for at, line in enumerate(_plain_ends(text).split("\n")):
        size = size + len(line) if line.strip() else 0
        if size > LONGEST_PARAGRAPH:
            what = f"More than {LONGEST_PARAGRAPH:,} characters without a blank line: no article was read."
            return Problem(at + 1, what)
    return None


def _plain_ends(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def plain_lines(text: str) -> str:
    """The text as it is parsed: its lines end alike, so that an article's line holds for it."""
    return _plain_ends(text).replace("\0", "\ufffd")


def _unseen(lines: Sequence[str]) -> list[Problem]:
    """Characters that a member would not see, or that were lost on the way here."""
    return [
        Problem(at + 1, f"Remove the character U+{ord(found[0]):04X}: members can't see what it stands for.")
        for at, line in enumerate(lines)
        if (found := _UNSEEN.search(line))
    ]


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str | None, list[Token]]]:
    """Part the document into its articles (with their numbers) and the rest."""
    block: list[Token] = []
    article: str | None = None
    ordered = False
    for token in tokens:
        if token.level == 0 and token.type == "ordered_list_open":
            ordered = True
        elif token.level == 0 and token.type == "ordered_list_close":
            ordered = False
        elif ordered and token.level == 1 and token.type == "list_item_open":
            block, article = [token], token.info
        elif ordered and token.level == 1 and token.type == "list_item_close":
            yield article, [*block, token]
            block = []
        else:
            block.append(token)
            if not ordered and token.level == 0 and token.nesting <= 0:
                yield None, block
                block = []


def _marks_in(block: Sequence[Token], article: str | None, problems: list[Problem]) -> Iterator[Mark]:
    for token in block:
        if token.type != "inline" or token.map is None:
            continue
        first = token.map[0] + 1
        rest = token.content
        end_of_last = 0
        for at, child in enumerate(token.children or []):
            if child.type != "span_open":
                continue
            start, braces, end = (child.meta[name] for name in ("start", "braces", "end"))
            line = first + token.content[:start].count("\n")
            raw = token.content[braces:end]
            rest = rest[:braces] + re.sub(r"[^\n]", " ", raw) + rest[end:]
            if start < end_of_last:
                problems.append(Problem(line, "A mark stands inside another mark."))
            if any(inner.type == "link_open" for inner in _inside(token, at)):
                problems.append(Problem(line, "A mark and a link share words: part them, each is a link."))
            end_of_last = max(end, end_of_last)
            if not _BRACES.fullmatch(raw):
                what = f'Write each value of a mark in quotes, as in value="14 days"; this is {raw}.'
                problems.append(Problem(line, what))
                continue
            yield Mark(tuple(_ATTRIBUTE.findall(raw)), _words(token, at), line, article)
        for found in _LITERAL.finditer(rest):
            line = first + rest[: found.start()].count("\n")
            problems.append(Problem(line, _UNREAD))


_UNREAD = (
    "This mark can't be read, so it would be text. Write it right behind the words, without a space, and each "
    'value in straight quotes: [words]{provision="…" value="…"}.'
)


def _inside(token: Token, opening: int) -> Iterator[Token]:
    """What stands between the brackets of a span."""
    depth = 0
    for child in (token.children or [])[opening:]:
        depth += {"span_open": 1, "span_close": -1}.get(child.type, 0)
        if depth == 0:
            break
        yield child


def _words(token: Token, opening: int) -> str:
    """The words members read between the brackets."""
    parts = (
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in _inside(token, opening)
    )
    return " ".join("".join(parts).split())


def _plain_text(block: Sequence[Token]) -> str:
    paragraphs = []
    for token in block:
        if token.type == "inline":
            said = (
                "\n" if child.type == "hardbreak" else " " if child.type == "softbreak" else child.content
                for child in token.children or []
            )
            paragraphs.append("".join(said))
        elif token.type in ("code_block", "fence"):
            paragraphs.append(token.content.rstrip())
    return "\n\n".join(paragraphs)


def _literals_elsewhere(lines: Sequence[str], tokens: Sequence[Token]) -> list[Problem]:
    """Marks in code, in link definitions, or wherever else no paragraph is."""
    covered: set[int] = set()
    for token in tokens:
        if token.type == "inline" and token.map:
            covered.update(range(*token.map))
    return [
        Problem(at + 1, _UNREAD)
        for at, line in enumerate(lines)
        if at not in covered and _LITERAL.search(line)
    ]


def _bad_markers(lines: Sequence[str], tokens: Sequence[Token]) -> list[Problem]:
    """Lines that look like the start of an article and may not be one, and comments, which hide nothing here."""
    code: set[int] = set()
    starts: dict[int, int] = {}  # of items of lists: line → level, that of articles being 1
    for token in tokens:
        if token.map and token.type in ("code_block", "fence"):
            code.update(range(*token.map))
        elif token.map and token.type == "list_item_open":
            starts.setdefault(token.map[0], token.level)
    problems = []
    for at, line in enumerate(lines):
        if at not in code and _COMMENT.search(line):
            what = "Nothing is hidden here: members would read this comment. Remove it."
            problems.append(Problem(at + 1, what))
        if at in code or starts.get(at, 1) > 1:
            continue
        if what := _bad_marker(line, lines[at - 1] if at else "", is_article=at in starts):
            problems.append(Problem(at + 1, what))
    return problems


def _bad_marker(line: str, before: str, *, is_article: bool) -> str:
    if _GLUED_MARKER.match(line):
        return "Leave a space between an article's number and its text."
    if not _MARKER.match(line):
        return ""
    if before.strip():
        return "Leave a blank line before an article: without it, this line belongs to the text above."
    return (
        "" if is_article else "This isn't read as an article: write its number in figures like 14, then “. ”."
    )


@dataclass(frozen=True)
class Piece:
    """A part of the page: an article with its number, a heading (its level), or a paragraph of prose."""

    html: str
    article: str | None = None
    heading: int | None = None


LinkFor = Callable[[dict[str, str]], str]  # a mark's attributes → the address its words lead to


def name_of(mark: dict[str, str]) -> str:
    """The name of the value behind a mark: its key, with the body, office or class it is for."""
    scope = mark.get("body") or mark.get("office") or mark.get("class")
    key = resolve(mark.get("provision", ""), mark.get("decision"))
    return f"{key}@{scope}" if scope else key


_TAGS = {"p", "em", "strong", "a", "ol", "ul", "li", "blockquote", "code", "pre", "br", "hr"}
_SAFE = {"a": {"href", "class"}, "ol": {"start"}}


def render(text: str, link_for: LinkFor | None = None) -> list[Piece]:
    """Show the text as HTML in which marked words are links; nobody meets a bracket."""
    return [_piece(number, block, link_for) for number, block in _blocks(_MD.parse(plain_lines(text)))]


def _piece(number: str | None, block: list[Token], link_for: LinkFor | None) -> Piece:
    for token in block:
        token.hidden = False
        for child in token.children or []:
            _link_mark(child, link_for)
    if block[0].type == "heading_open":
        inner = _clean(block[1:-1])
        return Piece(inner, heading=int(block[0].tag[1]))
    if number is None:
        return Piece(_clean(block))
    html = _clean(block[1:-1])
    strong = f"<strong>{number}.</strong>"
    html = html.replace("<p>", f"<p>{strong} ", 1) if html.startswith("<p>") else f"<p>{strong}</p>{html}"
    return Piece(html, article=number)


def _link_mark(token: Token, link_for: LinkFor | None) -> None:
    if token.type not in ("span_open", "span_close"):
        return
    token.tag = "a" if link_for else "span"
    if token.nesting == 1:
        mark = {name: str(value) for name, value in token.attrs.items()}
        token.attrs = {"class": "provision", "href": link_for(mark)} if link_for else {}


def _clean(tokens: Sequence[Token]) -> str:
    html = _MD.renderer.render(list(tokens), _MD.options, {})
    return nh3.clean(
        html, tags=_TAGS, attributes=_SAFE, url_schemes={"http", "https", "mailto"}, link_rel=None
    )
