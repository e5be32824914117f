from collections import Counter
from fractions import Fraction

import pytest

from coop.rules.tally.election import Election
from coop.rules.tally.papers import Overvote
from coop.rules.tally.reading import Unreadable, read
from tests.rules.papers import R, papers

HEAD = "# FILE NAME: x\n# TITLE: A test\n# DATA TYPE: toi\n# NUMBER ALTERNATIVES: 3\n"
NAMES = "# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Ben, Jr.\n# ALTERNATIVE NAME 3: \n"
FROM_0 = "# ALTERNATIVE NAME 0: Ada\n# ALTERNATIVE NAME 1: Ben, Jr.\n# ALTERNATIVE NAME 2: \n"
OLD = "3\n1,Ada\n2,Ben, Jr.\n3,\n7,7,3\n"
ORDERS = Election(
    ("Ada", "Ben, Jr.", "Candidate 3"), papers(R(1, 2, weight=4), R(1, (2, 3), weight=2), R((1, 2, 3)))
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (HEAD + NAMES + "4: 1,2\n2: 1,{2,3}\n1: {1,2,3}\n", "x.toi"),
        (HEAD + NAMES + "4: 1, 2\n2:1,{2, 3}\n\n1: {1,2,3}", ""),
        (NAMES + "4: 1,2\n2: 1,{2,3}\n1: {1,2,3}\n", "x.soi"),
        (HEAD.replace("toi", "") + NAMES + "4: 1,2\n2: 1,{2,3}\n1: {1,2,3},\n", "x.toi"),
        (OLD + "4,1,2\n2,1,{2,3}\n1,{1,2,3}\n", "x.toi"),
        (OLD + "4,1,2\n2,1,{2,3}\n1,{1,2,3}\n", "-"),
        ("3\n0,Ada\n1,Ben, Jr.\n2,\n7,7,3\n4,0,1\n2,0,{1,2}\n1,{0,1,2}\n", "from-0.toi"),
        (HEAD + FROM_0 + "4: 0,1\n2: 0,{1,2}\n1: {0,1,2}\n", "from-0.toi"),
        (FROM_0 + "4: 0,1\n2: 0,{1,2}\n1: {0,1,2}\n", "from-0.toi"),
    ],
)
def test_preflib_orders_of_today_and_of_before(text, name):
    assert read(text.encode(), name) == ORDERS
    assert read(text.replace("\n", "\r\n").encode("utf-8-sig"), name) == ORDERS


@pytest.mark.parametrize(
    ("text", "name", "line", "expected"),
    [
        (HEAD + NAMES + "4: 1,2\n2: 1,4\n", "x.soi", 9, "alternatives numbered from 1 to 3, found “1,4”"),
        (HEAD + NAMES + "4: 1,2\n2 1,3\n", "x.soi", 9, "an order (count:1,{2,3},4)"),
        (HEAD + FROM_0 + "4: 0,3\n", "x.soi", 8, "alternatives numbered from 0 to 2, found “0,3”"),
        ("# FILE NAME: x\n# DATA TYPE: soi\n", "x.soi", 2, "the number of alternatives and their names"),
        ("# FILE NAME: x\n4: 1,2\n", "x.soi", 1, "the number of alternatives and their names"),
        (HEAD + NAMES + "4: 1,{2,3\n", "x.toi", 8, "an order"),
        (HEAD + NAMES + "-4: 1\n", "x.toi", 8, "an order"),
        (HEAD.replace("toi", "cat") + NAMES, "x", 3, "orders (soc, soi, toc or toi), found “cat”"),
        (HEAD.replace(": 3", ": 2") + NAMES, "x.toi", 7, "names of 2 alternatives, found one numbered 3"),
        (HEAD.replace(": 3", ": x") + NAMES, "x.toi", 4, "1 to 10000 alternatives"),
        ("4: 1\n", "x.toi", 1, "the number of alternatives"),
        (OLD + "4,1,2\n2;1\n", "x.toi", 7, "an order (count,1,{2,3},4)"),
        ("3\n1,Ada\n3,Ben\n", "x.toi", 3, "alternative 2 and its name"),
        ("3\n1,Ada\n", "x.toi", 2, "the names of 3 alternatives, found 1"),
        ("1\n1,Ada\nvoters\n", "x.toi", 3, "the numbers of voters and of orders"),
        ("1: {1},{}\n", "x.cat", 1, "rankings, but a .cat file holds categories"),
    ],
)
def test_preflib_refusals_name_the_line(text, name, line, expected):
    with pytest.raises(Unreadable) as refused:
        read(text.encode(), name)
    assert refused.value.line == line
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    "header",
    ["Rank 1,Rank 2", "rank_1,rank_2", "Ranking 1,Ranking 2", "Choice 1,Choice 2", "1st,2nd", "1,2",
     "1st choice,2nd choice", "First choice,Second preference", "r1,r2", "preference1,preference2",
     "1ST CHOICE MAYOR,2ND CHOICE MAYOR", "DEM Mayor Choice 1 of 5,DEM Mayor Choice 2 of 5",
     "Rank these [1st],Rank these [2nd]"],
)  # fmt: skip
def test_columns_of_ranks_hold_names(header):
    text = f"{header}\nAda,Ben\nBen,\n,Ada\nskipped,undervote\nBen,Ada\nBen,Ada\n"
    election = read(text.encode(), "x.csv")
    assert election == Election(("Ada", "Ben"), papers(R(1, 2), R(2), ("-A", 1), R(), R(2, 1), R(2, 1)))


def test_ids_are_passed_over_and_weights_weigh():
    text = "Ballot ID,Rank 2,Rank 1,Precinct,Weight\na1,Ben,Ada,P 4,2\na2,Ada,Ben,P 4,1.5\na3,,Ben,P 4,0\n"
    election = read(text.encode())
    assert election.candidates == ("Ada", "Ben")  # as they turn up, the first choice first
    assert election.papers == {2: ["AB"], Fraction(3, 2): ["BA"]}


def test_an_overvote_in_a_cast_vote_record_is_one_for_the_policy():
    text = b"rank1,rank2,rank3\nAda,overvote,Ben\novervote,Ben,Ada\nBen,Ada=Cem,writein\n"
    election = read(text)
    assert election.candidates == ("Ada", "Ben", "Cem", "writein")
    assert election.papers == {1: ["A?B", "?BA", "BA=CD"]}
    assert election.plain() == {1: ["A", "B"]}
    skipping = Election(election.candidates, election.papers, overvote=Overvote.SKIP)
    assert skipping.plain() == {1: ["AB", "BA", "BD"]}
    assert election.unusual()["overvoted"] == "3"


def test_cells_of_numbers_are_candidates_by_their_number():
    election = read(b"rank1;rank2;rank3\n3;01;0\n3;00;\n1;3;\n")
    assert election == Election(("1", "2", "3"), papers(R(3, 1), R(3), R(1, 3)))


def test_a_spreadsheets_note_on_its_delimiter():
    assert read(b"sep=;\r\nRank 1;Rank 2\r\nAda;Ben, Jr.\r\n").candidates == ("Ada", "Ben, Jr.")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_quotes_and_encodings(delimiter, encoding):
    rows = [["Rank 1", "Rank 2"], ['"Ådam ""Al"" Smith, Jr."', "Ben"], ["Ben", ""], []]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    election = read(text.encode(encoding), "x.csv")
    assert election == Election(('Ådam "Al" Smith, Jr.', "Ben"), papers(R(1, 2), R(2)))


def test_a_column_for_each_candidate_holds_scores():
    election = read(b"Voter,Ada,Ben,Cem,count\nv1,5,0,,2\nv2,2.5,4,-1,1\nv3,5,0,,1\n")
    assert election.candidates == ("Ada", "Ben", "Cem")
    assert election.scores == {(5, 0, None): 3, (Fraction(5, 2), 4, -1): 1}
    assert election.papers == {3: ["AB"], 1: ["BAC"]}


@pytest.mark.parametrize(
    "header",
    ["Score Ada,Score Ben", "Ada score,Ben score", "Ada (points),Ben (points)", "Rate [Ada],Rate [Ben]"],
)
def test_a_header_may_say_score(header):
    assert read(f"{header}\n1,2\n".encode()).candidates == ("Ada", "Ben")


@pytest.mark.parametrize(
    "text",
    [
        "Ada rank,Ben rank,Cem rank\n2,1,2\n1,,\n",
        "Rank: Ada,Rank: Ben,Rank: Cem\n2,1,2\n1,,\n",
        "Rank [Ada],Rank [Ben],Rank [Cem]\n2nd,1st,2nd\n1st,,\n",
        "Ada,Ben,Cem\n2nd choice,1st choice,2nd choice\nFirst choice,,\n",
    ],
)
def test_a_column_for_each_candidate_holds_ranks_if_the_header_or_the_cells_say_so(text):
    assert read(text.encode()) == Election(("Ada", "Ben", "Cem"), papers(R(2, (1, 3)), R(1)))


def test_crosses_approve():
    assert read(b"Ada,Ben\nx,\nyes,no\n,X\n").scores == {(1, None): 1, (1, 0): 1, (None, 1): 1}


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("Rank 1,Rank 2\nAda,Ben\nAda\n", 3, "2 cells, found 1"),
        ("Rank 1,Rank 2\nLopez, Robin,Ben\n", 2, "2 cells, found 3"),
        ("Rank 1,Rank 1\nAda,Ben\n", 1, "rank 1 has two"),
        ("Rank 1,Rank 2,weight,count\nAda,Ben,1,1\n", 1, "one column of weights, found 2"),
        ("Rank 1,Rank 2,weight\nAda,Ben,1\nAda,Ben,x\n", 3, "a paper's weight, found “x”"),
        ("Rank 1,Rank 2\n1,2\n0,1\n", 3, "candidates numbered from 1"),
        ("Rank 1,Rank 2\n", 1, "1 to 10000 candidates, found 0"),
        ('Rank 1,Rank 2\nAda,Ben\n"Ada,Ben\nBen,Ada\n', 3, "a closing quote"),
        ("Ada,Ben,Ada\n1,2,3\n", 1, "“Ada” has two"),
        ("Ada,Ben\n1,2\n1,many\n", 3, "a score, a rank or nothing, found “many”"),
        ("Dear friends,\nI vote for Ada\n", 1, "a header with a column for each rank"),
    ],
)
def test_refusals_of_tables_name_the_line(text, line, expected):
    with pytest.raises(Unreadable) as refused:
        read(text.encode(), "x.csv")
    assert refused.value.line == line
    assert expected in str(refused.value)


WARD = '3,2,\n126,1,\n\n9,1,2,\n1,3,2,1,\n"Candidate 1","Ada","A (A)",\n"Candidate 2","Ben","B",\n'


def test_a_ward_with_its_candidates_below():
    election = read((WARD + '"Candidate 3","Cem","C",\n"Mill Ward",').encode(), "ward.csv")
    assert election == Election(
        ("Ada", "Ben", "Cem"), papers(R(1, weight=126), R(1, 2, weight=9), R(3, 2, 1)), 2
    )


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (WARD, 7, "the names of 3 candidates, found 2"),
        (WARD + '"Candidate 4","Cem","C",\n', 8, "“Candidate 3” and the name"),
        ("3,2,\n9,4,\n", 2, "a paper (weight, candidates from 1 to 3)"),
        ("0,2,\n9,4,\n", 1, "1 to 10000 candidates"),
    ],
)
def test_refusals_of_wards_name_the_line(text, line, expected):
    with pytest.raises(Unreadable) as refused:
        read(text.encode(), "ward.csv")
    assert (refused.value.line, expected in str(refused.value)) == (line, True)


PROFILE = (
    "VoteKit RankProfile\nCandidates\n(Ada:A),(Ben: Jr.:B)\nMax Ranking Length\n2\nIncludes Voter Set\nFalse\n"
    "=,=,=,=,=,=,=,=,=,=\nRanking_1,Ranking_2,&,Weight,&\n"
)


def test_a_votekit_profile():
    rows = "{'A'},{'B'},&,1.0,&\n{},{'B'},&,2.0,&\n\"{'A', 'B'}\",,&,0.5,&\n"
    election = read((PROFILE + rows).encode(), "x.csv")
    assert election == Election(("Ada", "Ben: Jr."), {1: ["AB"], 2: ["-B"], Fraction(1, 2): ["A=B"]})
    second = (
        PROFILE.replace("Profile\n", "Profile,v2\n")
        .replace("Ada:A", "Ada:str:A")
        .replace("Jr.:B", "Jr.:str:B")
    )
    assert read((second + rows).encode()) == election


def test_a_votekit_profile_of_scores():
    text = "VoteKit ScoreProfile\nCandidates\n(Ada:A),(Ben:B)\nIncludes Voter Set\nFalse\n=,=\nAda,Ben,&,Weight,&\n"
    assert read(f"{text}3.0,,&,1.0,&\n2.5,1,&,2,&\n".encode()).scores == {
        (3, None): 1,
        (Fraction(5, 2), 1): 2,
    }


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{'A'},{'C'},&,1.0,&", "a set of candidates' signs, found “{'C'}”"),
        ("A,,&,1.0,&", "a set of candidates' signs, found “A”"),
        ("{'A'},,&,one,&", "a paper's weight, found “one”"),
        ("{'A'},&,1.0,&", "2 cells, & and a weight"),
    ],
)
def test_refusals_of_votekit_profiles_name_the_line(row, expected):
    with pytest.raises(Unreadable) as refused:
        read(f"{PROFILE}{{'A'}},,&,1.0,&\n{row}\n".encode())
    assert (refused.value.line, expected in str(refused.value)) == (11, True)


def test_the_first_line_tells_the_format_whatever_the_name():
    for name in ("x.csv", "x.txt", "-", "x"):
        assert read(b"2 1\n1 1 0\n0\nAda\nBen\nT\n", name).candidates == ("Ada", "Ben")
        assert read(WARD.encode() + b'"Candidate 3","Cem",\n', name).seats == 2
        assert Counter(read((HEAD + NAMES + "4: 1\n").encode(), name).papers) == {4: ["A"]}
