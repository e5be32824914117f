"""`coop tally` as a person or a program calls it."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from coop.cli import main
from coop.rules.tally import METHODS
from tests.rules.real import real_path
from tests.rules.test_reading_mutations import damaged, originals
from tests.scale import scale

ROOT = Path(__file__).parents[2]
TIED = '2 1\n1 1 0\n1 2 0\n0\n"Ada"\n"Ben"\n"A tie"\n'
SCORED = "Ada,Ben,Cem\n5,3,\n0,4,5\n"

assert originals  # a fixture, used below by its name


def coop(path, *arguments, **more):
    return CliRunner().invoke(main, ["tally", str(path), *map(str, arguments)], **more)


def counted(path, *arguments):
    result = coop(path, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def elected(answer):
    return [one["name"].split()[-1] for one in answer["elected"]]


@pytest.fixture
def tied(tmp_path):
    path = tmp_path / "tied.blt"
    path.write_text(TIED)
    return path


@pytest.fixture
def scored(tmp_path):
    path = tmp_path / "scored.csv"
    path.write_text(SCORED)
    return path


# The shared elections


@pytest.mark.shared
def test_anderston_city_is_counted_as_its_published_sheet():
    answer = counted(real_path("Anderston-City-2007.blt"), "--method", "scottish-stv")
    assert (answer["ballots"], answer["valid"], answer["quota"]) == ("6900", "6900", "1381")
    assert elected(answer) == ["MacKay", "Braat", "Matheson", "Baker"]
    published = {"8": "1291.45334", "1": "1247.97372", "6": "1050.13919"}
    sixth = [r for r in answer["rounds"] if published.items() <= r["tallies"].items()]
    assert sixth
    assert any("The surplus of Philip Braat, 40.06923," in counted["says"] for counted in answer["rounds"])


@pytest.mark.shared
def test_baillieston_is_counted_as_five_programs_do():
    answer = counted(real_path("Baillieston-2007.blt"), "--method", "scottish-stv")
    assert (answer["ballots"], answer["quota"]) == ("10376", "2076")
    first = answer["rounds"][0]["tallies"]
    assert (first["7"], first["2"]) == ("3199", "2689")  # Mason's surplus is 1123
    clark = [counted["tallies"]["1"] for counted in answer["rounds"]]
    assert "715.91232" in clark
    after_coleman = answer["rounds"][clark.index("725.7146")]
    assert after_coleman["tallies"]["3"] == "227.5254"
    assert elected(answer)[0] == "Mason"


@pytest.mark.shared
@pytest.mark.parametrize("method", ["scottish-stv", "wigm-stv", "meek-stv"])
def test_hillhead_elects_the_same_four_by_every_transferable_vote(method):
    answer = counted(real_path("Hillhead-2007.blt"), "--method", method)
    assert sorted(elected(answer)) == ["Elder", "Malik", "Roberts", "Wardrop"]


@pytest.mark.shared
@pytest.mark.parametrize(("overvote", "final"), [("skip", (4314, 4064)), ("exhaust", (4313, 4060))])
def test_burlington_elects_kiss_by_instant_runoff(overvote, final):
    answer = counted(real_path("2009-Burlington-Mayor.blt"), "--method", "irv", "--overvote", overvote)
    assert (answer["ballots"], answer["valid"]) == ("8984", "8980")
    assert elected(answer) == ["Kiss"]
    last = answer["rounds"][-1]["tallies"]
    assert (last["1"], last["5"]) == tuple(map(str, final))
    assert answer["papers"]["overvoted"] == "6"
    assert answer["papers"]["blank"] == "4"


@pytest.mark.shared
def test_burlingtons_first_round_with_overvotes_ending_a_paper():
    first = counted(real_path("2009-Burlington-Mayor.blt"), "--method", "irv")["rounds"][0]["tallies"]
    assert first == {"5": "2951", "1": "2585", "2": "2063", "4": "1306", "6": "36", "3": "35"}


@pytest.mark.shared
@pytest.mark.parametrize("method", ["schulze", "ranked-pairs"])
def test_burlington_elects_montroll_by_pairs(method):
    answer = counted(real_path("2009-Burlington-Mayor.blt"), "--method", method)
    assert elected(answer) == ["Montroll"]
    pairs = answer["pairwise"]
    against = {other: (pairs[1][other - 1], pairs[other - 1][1]) for other in (1, 3, 4, 5)}
    assert against == {1: ("4067", "3477"), 5: ("4597", "3668"), 4: ("4573", "2998"), 3: ("6267", "591")}


@pytest.mark.shared
def test_debian_elects_zacchiroli():
    answer = counted(real_path("debian-dpl-2012.toc"), "--method", "schulze")
    assert (answer["ballots"], elected(answer)) == ("403", ["Zacchiroli"])
    pairs = answer["pairwise"]
    assert [(pairs[2][n], pairs[n][2]) for n in (0, 1, 3)] == [("347", "51"), ("354", "47"), ("387", "12")]


@pytest.mark.shared
def test_albany_elects_miki_and_lopez():
    answer = counted(real_path("albany-2022.csv"), "--method", "scottish-stv", "--seats", 2)
    assert elected(answer) == ["MIKI", "LOPEZ"]
    first = sorted(map(int, answer["rounds"][0]["tallies"].values()), reverse=True)
    assert first == [2152, 1814, 1642, 1237, 314]


# What it prints


@pytest.mark.shared
@pytest.mark.parametrize("method", METHODS)
def test_the_json_has_its_form_whatever_the_method(method, scored):
    scores = METHODS[method].paper == "score"
    answer = counted(scored if scores else real_path("albany-2022.csv"), "--method", method)
    keys = {"method", "seats", "quota", "ballots", "valid", "elected", "rounds", "ties", "papers"}
    assert set(answer) - {"pairwise"} == keys
    assert ("pairwise" in answer) == (method in {"schulze", "ranked-pairs"})
    assert answer["method"] == method
    for counted_round in answer["rounds"]:
        assert set(counted_round) == {"action", "says", "tallies", "exhausted", "loss"}
        assert counted_round["action"] in {"elect", "exclude", "transfer", "tie", "stop"}
        assert all(Fraction(votes) >= 0 for votes in counted_round["tallies"].values())


@pytest.mark.shared
@pytest.mark.parametrize("method", METHODS)
def test_the_page_names_the_elected_and_stays_within_eighty_columns(method, scored):
    scores = METHODS[method].paper == "score"
    path = scored if scores else real_path("2009-Burlington-Mayor.blt")
    answer, page = counted(path, "--method", method), coop(path, "--method", method).stdout
    assert max(map(len, page.splitlines())) <= 80
    assert "ELECTED\n" + f"   1. {answer['elected'][0]['name']}" in page
    assert all(counted["says"].split()[0] in page for counted in answer["rounds"])


def test_a_tie_exits_with_3_and_says_how_to_go_on(tied):
    result = coop(tied, "--method", "irv")
    assert result.exit_code == 3
    assert "NOT DECIDED\n  Ada and Ben are tied" in result.stdout
    answer = coop(tied, "--method", "irv", "--json")
    assert answer.exit_code == 3
    assert sorted(json.loads(answer.stdout)["ties"]) == [1, 2]


def test_a_seed_breaks_the_tie_and_the_page_says_how_to_re_run_the_lot(tied):
    winners = {elected(counted(tied, "--method", "irv", "--tie-seed", f"{n:02x}"))[0] for n in range(16)}
    assert winners == {"Ada", "Ben"}
    page = coop(tied, "--method", "irv", "--tie-seed", "00ff").stdout
    assert "openssl dgst -sha256 -mac HMAC -macopt hexkey:00ff" in page


def test_seats_come_from_the_option_else_from_the_file(tmp_path):
    path = tmp_path / "two.blt"
    path.write_text(TIED.replace("2 1", "2 2", 1))
    assert counted(path, "--method", "scottish-stv")["seats"] == 2
    assert counted(path, "--method", "scottish-stv", "--seats", 1, "--tie-seed", "00")["seats"] == 1
    assert counted(path, "--method", "irv", "--tie-seed", "00")["seats"] == 1


@pytest.mark.parametrize("method", ["irv", "star", "schulze", "ranked-pairs"])
def test_a_method_of_one_seat_refuses_more(method, tied):
    result = coop(tied, "--method", method, "--seats", 2)
    assert (result.exit_code, result.stderr) == (2, f"{method} fills one seat, not 2.\n")
    assert coop(tied, "--method", method, "--seats", 1, "--tie-seed", "00").stderr in {
        "",
        f"star needs scores, and {tied} holds rankings.\n",
    }


@pytest.mark.parametrize("method", ["score", "star"])
def test_scores_are_asked_for(method, tied, scored):
    result = coop(tied, "--method", method)
    assert (result.exit_code, result.stderr) == (2, f"{method} needs scores, and {tied} holds rankings.\n")
    assert elected(counted(scored, "--method", method)) == ["Ben"]


def test_rankings_are_read_from_scores(scored):
    assert elected(counted(scored, "--method", "schulze", "--tie-seed", "00"))


def test_standard_input(tied):
    result = coop("-", "--method", "irv", "--tie-seed", "00", "--json", input=tied.read_bytes())
    assert len(json.loads(result.stdout)["elected"]) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "{path}: line 1: expected an election, but the file is empty"),
        (b"\x7fELF\0\1\2\0", "{path}: line 1: expected text, but this is a binary file"),
        (b"2 1\n1 3 0\n", "{path}: line 2: expected a candidate's number from 1 to 2, found “3”"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, content, sentence):
    path = tmp_path / "x.blt"
    path.write_bytes(content)
    result = coop(path, "--method", "irv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == sentence.format(path=path) + "\n"


def test_a_missing_file_and_a_folder_are_refused_in_one_line(tmp_path):
    for path, why in ((tmp_path / "none.blt", "No such file or directory"), (tmp_path, "Is a directory")):
        result = coop(path, "--method", "irv")
        assert (result.exit_code, result.stderr) == (2, f"{path} can't be read: {why}.\n")


@pytest.mark.parametrize("seed", ["", "0", "0g", "xyz", "00 11"])
def test_a_seed_is_hexadecimal(tied, seed):
    result = coop(tied, "--method", "irv", "--tie-seed", seed)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "hexadecimal" in result.stderr


def test_an_unknown_method_is_refused_with_those_there_are(tied):
    result = coop(tied, "--method", "dice")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "“dice”" in result.stderr
    assert "scottish-stv" in result.stderr


# As a process


def run(*arguments):
    program = "import sys; from coop.cli import main; main(sys.argv[1:], 'coop')"
    command = [sys.executable, "-c", program, "tally", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.shared
def test_damaged_files_end_in_0_2_or_3_and_never_in_a_traceback(originals, tmp_path):
    for seed in range(scale(4, 60)):
        name, data = damaged(seed, originals)
        path = tmp_path / name.replace("-", "_")
        path.write_bytes(data)
        result = run(path, "--method", "plurality", "--json")
        assert result.returncode in {0, 2, 3}, f"seed {seed}: {result.stderr}"
        if result.returncode == 2:
            assert result.stderr.startswith(f"{path}: line "), f"seed {seed}"
            assert result.stderr.count("\n") == 1, f"seed {seed}"
        else:
            assert json.loads(result.stdout)["method"] == "plurality", f"seed {seed}"


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_a_terminal_that_knows_only_ascii_is_no_reason_to_stop(tmp_path, how):
    path = tmp_path / "x.blt"
    path.write_text(TIED.replace("Ada", "Åda").replace("1 2 0\n", ""), encoding="utf-8")
    program = "import sys; from coop.cli import main; main(sys.argv[1:], 'coop')"
    command = [sys.executable, "-c", program, "tally", str(path), "--method", "irv", *how]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    assert not how or elected(json.loads(result.stdout)) == ["Åda"]


def test_it_loads_neither_flask_nor_a_database(tied):
    program = """
import sys
from coop.cli import main
main(sys.argv[1:], standalone_mode=False)
loaded = {name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__"}
print(*sorted(name for name in loaded if not name.startswith(("_", "sitecustomize"))), file=sys.stderr)
"""
    command = [sys.executable, "-c", program, "tally", str(tied), "--method", "irv", "--tie-seed", "00"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert set(result.stderr.split()) == {"click", "coop"}
