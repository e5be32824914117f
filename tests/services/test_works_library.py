from fractions import Fraction

import pytest

from coop.errors import Missing
from coop.services import works
from coop.services.works import Author, NewFile, Search

ALONE = [Author(Fraction(1), name="Zoë Lang")]
SONG = NewFile("a" * 64, 4, "song.ogg", "audio/ogg")


@pytest.fixture
def coop(make, context):
    return make.organisation()


@pytest.fixture
def amina(make, coop):
    return make.actor(make.member(coop, "Amina Holt"))


@pytest.fixture
def register(coop, amina, deed, now):
    def run(title="Weavers’ song", kind="music", authors=ALONE, actor=None, **more):
        return deed(
            works.register_work, coop, actor or amina, now, title=title, kind=kind, authors=authors, **more
        )

    return run


def titles(shelf):
    return [work.title for work in shelf.works]


def test_works_are_found_by_words_kind_and_licence(coop, register, amina):
    register("Das Lied von Zoë", licence="CC-BY-4.0")
    register("100 % wool", "text", [Author(Fraction(1), name="Bo")])
    for search, found in [
        (Search(), ["100 % wool", "Das Lied von Zoë"]),
        (Search("zoe LIED"), ["Das Lied von Zoë"]),
        (Search("lang"), ["Das Lied von Zoë"]),
        (Search("lied bo"), []),
        (Search("%"), ["100 % wool"]),
        (Search("_"), []),
        (Search(kind="text"), ["100 % wool"]),
        (Search(licence="CC-BY-4.0"), ["Das Lied von Zoë"]),
        (Search(licence="reserved"), ["100 % wool"]),
        (Search("\0"), ["100 % wool", "Das Lied von Zoë"]),
    ]:
        assert titles(works.search_works(coop, amina, search, 1)) == found, search
    assert works.licences_used(coop) == ["CC-BY-4.0"]


def test_the_library_comes_in_pages(coop, register, amina):
    for n in range(1, 22):
        register(f"Song {n}")
    first, last = (works.search_works(coop, amina, Search(), page) for page in (1, 2))
    assert (first.total, first.pages, len(first.works), titles(last)) == (21, 2, 20, ["Song 1"])
    for page in (-5, 0, 99, 10**30):
        assert works.search_works(coop, amina, Search(), page).page in (1, 2)


def test_the_library_takes_the_same_number_of_queries_for_two_works_or_forty(
    coop, register, amina, count_queries
):
    counts = []
    for size in (2, 38):
        for n in range(size):
            register(f"Song {size} {n}", licence="CC-BY-4.0")
        with count_queries() as queries:
            shelf = works.search_works(coop, amina, Search(), 1)
            [(works.authors_of(work), works.licence_of(work)) for work in shelf.works]
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 5


def test_another_organisations_work_is_not_there(register, make):
    work = register()
    orchard = make.organisation("orchard", "Orchard")
    ana = make.actor(make.member(orchard, "Ana"))
    for number in (work.number, 0, 10**30):
        with pytest.raises(Missing):
            works.find(orchard, ana, number)


def test_the_export_holds_no_formula(coop, register, amina):
    register("=HYPERLINK(1)", authors=[Author(Fraction(1), name="+Bo")], licence="CC0-1.0", file=SONG)
    register(" -2+3", authors=[Author(Fraction(1), name="@Bo")])
    text = works.as_csv(coop, amina, Search())
    assert "'=HYPERLINK(1)" in text
    assert "'+Bo" in text
    assert "'-2+3" in text
    assert "a" * 64 in text
    assert len(text.splitlines()) == 3
