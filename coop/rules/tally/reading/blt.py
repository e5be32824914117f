"""BLT, the commonest format of rankings, as dirty as real files are.

Sources: Hill, Wichmann and Woodall, “Algorithm 123: Single Transferable Vote by Meek's Method”, Computer
Journal 30 (1987): candidates and seats, `-n` for each withdrawn, papers `weight n … 0`, a `0`, names, a
title; OpenSTV and OpaVote add `#` comments, `(id)` before a paper, `=` and `-`; droop adds lines `[…]`.
Most files are read at the speed of text, in chunks; whatever is out of the ordinary goes line by line.
"""

import re
from collections import Counter

from coop.rules.tally.election import Election
from coop.rules.tally.papers import LEVEL, MOST_CANDIDATES, SKIPPED, UNCLEAR, Weight, letter_of
from coop.rules.tally.reading.names import read_names
from coop.rules.tally.reading.source import Unreadable, decoded, number, shown

CHUNK = 1 << 17
_NO_MARKS = dict.fromkeys(map(ord, (LEVEL, SKIPPED, UNCLEAR)))
_END = b"\n0\n"
_BESIDE = re.compile(rb"^[ \t]*\([^()\n]*\)|#[^\n]*|[,;]", re.MULTILINE)  # an id, a comment, commas
_PAPER = "a paper: its weight, candidates' numbers and a 0"


def read(data: bytes) -> Election:
    """Read tidy bytes; what follows the title is left alone."""
    candidates, seats, start, at, rest = _header(data)
    papers = _Papers(candidates, data, at)
    if rest:
        papers.free = True
        papers.take(rest)
        papers.at += 1
    start = _read_papers(papers, data, start)
    names = read_names(papers.tail, data[start:], papers.at, candidates)
    words = {weight: words for weight, words in papers.words.items() if weight}
    return Election(names, words, seats, frozenset(papers.withdrawn))


def _header(data: bytes) -> tuple[int, int, int, int, str]:
    """Find candidates and seats; then where the papers start, on which line, and what stood beside."""
    found: list[str] = []
    at = start = 0
    while len(found) < 2:
        at += 1
        if start >= len(data):
            raise Unreadable(max(at - 1, 1), "the numbers of candidates and of seats")
        stop = data.find(b"\n", start) + 1 or len(data)
        found += _clean(decoded(data[start:stop])).split()
        start = stop
        if not all(text.isascii() and text.isdigit() and len(text) < 7 for text in found[:2]):
            raise Unreadable(at, f"the numbers of candidates and of seats, found {shown(' '.join(found))}")
    candidates, seats = int(found[0]), int(found[1])
    if not 1 <= candidates <= MOST_CANDIDATES:
        raise Unreadable(at, f"1 to {MOST_CANDIDATES} candidates, found {candidates}")
    if not seats:
        raise Unreadable(at, "at least one seat, found 0")
    rest = " ".join(found[2:])
    if not re.match(r"[-(]?[0-9]", rest):
        return candidates, seats, start, at + 1, ""
    return candidates, seats, start, at, rest


def _read_papers(papers: "_Papers", data: bytes, start: int) -> int:
    """Read chunk by chunk up to the 0 that ends the papers; return where the names start."""
    end = data.find(_END, start - 1) + 1
    while not papers.ended:
        if start >= len(data):
            raise Unreadable(papers.last, "the 0 that ends the papers, but the file ends")
        if end and end < start:
            end = data.find(_END, start - 1) + 1
        stop = data.find(b"\n", start + CHUNK) + 1 or len(data)
        if end and end < stop:
            stop = end if end > start else end + 2
        start += papers.take_chunk(data[start:stop])
    return start


class _Alphabet(dict[bytes, str]):
    """A rank as the file writes it → its letters; “4=5” and “07” are spelt when first met."""

    def __init__(self, candidates: int) -> None:
        super().__init__({str(n).encode(): letter_of(n) for n in range(1, candidates + 1)})
        self[b"-"] = SKIPPED
        self.candidates = candidates

    def __missing__(self, rank: bytes) -> str:
        """Spell an unusual rank; a level one that names nobody is unclear."""
        level = rank.split(b"=")
        if len(level) == 1:
            plain = rank.lstrip(b"0")
            if not plain.isdigit() or plain == rank:
                raise KeyError(rank)
            spelt = self[plain]
        elif b"-" in level:
            spelt = UNCLEAR
        else:
            spelt = LEVEL.join(map(self.__getitem__, level))
        self[rank] = spelt
        return spelt


class _Papers:
    """The papers as they are read: weight → words."""

    def __init__(self, candidates: int, data: bytes, at: int) -> None:
        self.alphabet = _Alphabet(candidates)
        self.at, self.last = at, max(at - 1, 1)  # the line to come; the last with anything on it
        self.words: dict[Weight, list[str]] = {}
        self.withdrawn: set[int] = set()
        self.ended = False
        self.free = False  # several papers share a line
        self.tail = ""  # names that share a line with the papers
        self._data = data
        self._open: list[bytes] | None = None  # the paper begun, while its 0 is to come
        self._weight: Weight = 0
        self._nicks: dict[str, int] = {}
        self._begun = at
        self._unended: bool | None = None
        self._single = b"".join(letter_of(n).encode() for n in range(1, min(candidates, 9) + 1))
        self._double = [
            (str(n).encode(), letter_of(n).encode("latin-1")) for n in range(min(candidates, 99), 9, -1)
        ]
        self._table = bytes.maketrans(b"123456789"[: len(self._single)], self._single)

    def take_chunk(self, chunk: bytes) -> int:
        """Read whole lines, stopping after the end of the papers; return how many bytes were read."""
        if self._open is None:
            words = self._spell(chunk)
            if words is not None:
                self.words.setdefault(1, []).extend(words)
                self.at += len(words)
                self.last = self.at - 1
                return len(chunk)
            if self._take_distinct(chunk):
                self.at += chunk.count(b"\n")
                self.last = self.at - 1
                return len(chunk)
        read = 0
        for line in chunk.splitlines(keepends=True):
            self.take(decoded(line))
            self.at += 1
            read += len(line)
            if self.ended:
                break
        return read

    def _spell(self, chunk: bytes) -> list[str] | None:
        """Turn lines “1 n … 0” into words all at once; None if any line is anything else."""
        lines = chunk.count(b"\n")
        if self.alphabet.candidates > 99 or chunk.translate(None, b"0123456789 \n"):
            return None
        for digits, sign in self._double:
            chunk = chunk.replace(digits, sign)
        if b"11" in chunk.translate(_ALIKE):
            return None
        text = chunk.translate(self._table, b" ")
        # No number is longer than one letter now; so if the lengths agree, one blank parts each two.
        if 2 * len(text) != len(chunk) + 2 * lines or text.translate(None, _LETTERS) != b"0" * lines:
            return None
        # A line is the weight 1, by now an A, then the word, then the 0.
        words = text.decode("latin-1").removeprefix("A").removesuffix("0\n").split("0\nA")
        return words if len(words) == lines and text[:1] == b"A" and text[-2:] == b"0\n" else None

    def _take_distinct(self, chunk: bytes) -> bool:
        """Read lines “weight n … 0”, each distinct one once; False, and nothing read, if any is else."""
        spell = self.alphabet.__getitem__
        found = []
        if any(sign in chunk for sign in (b"(", b"#", b",", b";")):
            chunk = _BESIDE.sub(b" ", chunk)
        for line, times in Counter(chunk.removesuffix(b"\n").split(b"\n")).items():
            fields = line.split()
            if not fields:
                continue
            if len(fields) < 2 or fields[-1] != b"0" or not fields[0].isdigit() or len(fields[0]) > 18:
                return False
            try:
                found.append((int(fields[0]), "".join(map(spell, fields[1:-1])), times))
            except KeyError:
                return False
        for weight, word, times in found:
            words = self.words.setdefault(weight, [])
            if times == 1:
                words.append(word)
            else:
                words.extend([word] * times)
        return True

    def take(self, text: str) -> None:
        """Read one line with care."""
        papers, quote, names = text.partition('"')
        if quote and "#" not in papers:
            self.tail = quote + names
        papers = _clean(papers)
        if papers.startswith("["):
            self._option(papers)
            return
        fields = _grouped(papers).split()
        if not fields and not quote:
            return
        self.last = self.at
        for place, field in enumerate(fields):
            if self.ended and any(field != "0" for field in fields[place:]):
                raise Unreadable(self.at, f"nothing after the 0 that ends the papers, found {shown(field)}")
            self._take_field(field, fields, place)
        if self._open is not None and self._lines_are_papers():
            self._close()
        if self.tail and not self.ended:
            raise Unreadable(self.at, f"{_PAPER}, found {shown(text)}")

    def _take_field(self, field: str, fields: list[str], place: int) -> None:
        alone = not any(later != "0" for later in fields[place:])
        if self._open is not None:
            if field == "0":
                self._close()
                if not self.free and not alone:
                    raise Unreadable(self.at, f"nothing after a paper's 0, found {shown(fields[place + 1])}")
            else:
                self._open.append(field.encode())
        elif field == "0" and (self.free or alone):
            self.ended = True
        elif re.fullmatch(r"-[0-9]{1,6}", field):
            self._withdraw(field[1:])
        else:
            weight = number(field)
            if weight is None:
                raise Unreadable(self.at, f"{_PAPER}, found {shown(' '.join(fields))}")
            self._open, self._weight, self._begun = [], weight, self.at

    def _close(self) -> None:
        """Spell the paper that has come to its end."""
        ranks = self._open or []
        self._open = None
        spelt = []
        for rank in ranks:
            try:
                spelt.append(self.alphabet[rank])
            except KeyError:
                known = self.alphabet.candidates
                told = f"a candidate's number from 1 to {known}, found {shown(rank.decode())}"
                raise Unreadable(self.at, told) from None
        word = "".join(spelt)
        letters = word.translate(_NO_MARKS)
        if self._begun != self.at and len(set(letters)) < len(letters):  # two papers run into one
            raise Unreadable(self._begun, "a 0 at the paper's end")
        self.words.setdefault(self._weight, []).append(word)

    def _withdraw(self, digits: str) -> None:
        if not 1 <= int(digits) <= self.alphabet.candidates:
            told = f"a candidate's number from 1 to {self.alphabet.candidates}, found {shown(digits)}"
            raise Unreadable(self.at, told)
        self.withdrawn.add(int(digits))

    def _option(self, text: str) -> None:
        """Read a line “[…]”: who withdrew, and short names used on the papers; others change no paper."""
        fields = text.strip("[] ").split()
        if fields[:1] == ["withdrawn"]:
            for field in fields[1:]:
                nicked = self._nicks.get(field)
                self._withdraw(str(nicked) if nicked else re.sub(r"[^0-9]", "", field)[:6] or "0")
        elif fields[:1] == ["nick"] and len(fields) == self.alphabet.candidates + 1:
            for n, nick in enumerate(fields[1:], 1):
                if not nick.isdigit():
                    self._nicks[nick] = n
                    self.alphabet[nick.encode()] = letter_of(n)

    def _lines_are_papers(self) -> bool:
        """Whether the file leaves out the 0 at the end of papers, all of them, so that a line is a paper."""
        if self._unended is None:
            self._unended = not re.search(rb"[0-9a-z=-][ \t,]+0[ \t,]*(?:#.*)?$", self._data, re.MULTILINE)
        return self._unended and not self.free


_SIGNS = "".join(map(letter_of, range(1, 100))).encode("latin-1")
_LETTERS = b"\n" + _SIGNS
_ALIKE = bytes.maketrans(b"023456789" + _SIGNS, b"1" * (9 + len(_SIGNS)))


def _clean(text: str) -> str:
    """Leave the fields of a line, single blanks between them: without comment, commas and odd blanks."""
    return " ".join(re.sub(r"[,;]", " ", text.partition("#")[0]).split())


def _grouped(text: str) -> str:
    """Take off a paper's id, and join what is level: “(a7) 1 2 = 3 (4 5) 0” gives “1 2=3 4=5 0”."""
    if text.startswith("("):
        text = text.partition(")")[2]
    if "(" in text:
        text = re.sub(r"\(([^()]*)\)", lambda level: LEVEL.join(level[1].split()), text)
    return re.sub(r"\s*=\s*", LEVEL, text)
