"""`coop draw` from the shell: who is drawn, how to draw again, and nothing loaded that isn't needed."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from coop.cli import main
from coop.rules.lot import lot_order

ROOT = Path(__file__).parents[2]
NAMES = ["Ada", "Ben", "Cem", "Doğa", "Eve", "o'Neill", "Zoë Lee"]
REGIONS = dict(zip(NAMES, ["north", "north", "north", "south", "south", "east", "north"], strict=True))


@pytest.fixture
def roll(tmp_path):
    path = tmp_path / "roll.txt"
    path.write_text("\n".join(NAMES), "utf-8")
    return path


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "roll.csv"
    path.write_text(
        "number,name,region\n" + "".join(f"{n},{name},{REGIONS[name]}\n" for n, name in enumerate(NAMES)),
        "utf-8",
    )
    return path


def coop(*arguments):
    return CliRunner().invoke(main, ["draw", *map(str, arguments)])


def as_json(*arguments):
    result = coop(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def drawn(answer):
    return [place["ticket"] for place in answer["drawn"]]


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_seats_and_reserves_are_printed_in_the_order_of_the_lot(roll):
    order = lot_order(bytes.fromhex("5eed"), "jury", NAMES)
    result = coop(roll, "--seats", 2, "--reserves", 2, "--seed", "5eed", "--occasion", "jury")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].endswith(f"7 tickets, SHA-256 {hashlib.sha256(roll.read_bytes()).hexdigest()}")
    assert lines[1:4] == ["Occasion: jury", "Seed: 5eed", "Drawn: 2 of 7 tickets, and 2 in reserve."]
    at = lines.index("Drawn, in order:")
    assert lines[at + 1 : at + 3] == [f"  1. {order[0]}", f"  2. {order[1]}"]
    assert lines[at + 5 : at + 7] == [f"  1. {order[2]}", f"  2. {order[3]}"]


def test_the_json_says_the_same(roll):
    order = lot_order(bytes.fromhex("5eed"), "draw", NAMES)
    answer = as_json(roll, "--seats", 2, "--reserves", 9, "--seed", "5EED")
    assert drawn(answer) == list(order[:2])
    assert [(place["number"], place["ticket"]) for place in answer["reserves"]] == list(
        enumerate(order[2:], 1)
    )
    assert answer["roll"] == {
        "file": str(roll),
        "sha256": hashlib.sha256(roll.read_bytes()).hexdigest(),
        "tickets": 7,
    }
    assert (answer["occasion"], answer["seed"], answer["made_of"]) == ("draw", "5eed", None)


def test_the_help_documents_every_key_of_the_json(roll):
    shown = coop("--help").stdout
    answer = as_json(
        roll, "--seats", 1, "--reserves", 1, "--reveal", "plum", "--commit", sha256("plum"), "--public", "7"
    )
    for keys in (answer, answer["roll"], answer["made_of"], answer["strata"][0], answer["drawn"][0]):
        assert all(f'"{key}"' in shown for key in keys), keys


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not here")
def test_the_printed_line_draws_again_with_openssl(roll):
    answer = as_json(roll, "--seats", 2, "--seed", "5eed", "--occasion", "it's 100 % ours: \\n")
    again = subprocess.run(["sh", "-c", answer["rerun"]], capture_output=True, text=True, check=True).stdout
    names = [line.split(" ", 1)[1] for line in again.splitlines()]
    assert sorted(names) == sorted(NAMES)
    assert names[:2] == drawn(answer)


def test_seats_by_stratum_are_stated_or_shared_out(table):
    stated = as_json(table, "--stratum", "region", "--ticket", "name", "--seed", "5eed",
                     "--seats", "north=1", "--seats", "south=2", "--seats", "east=0")  # fmt: skip
    assert sorted(place["stratum"] for place in stated["drawn"]) == ["north", "south", "south"]
    assert all(REGIONS[place["ticket"]] == place["stratum"] for place in stated["drawn"])
    shared = as_json(table, "--stratum", "region", "--seed", "5eed", "--seats", 7)
    assert {each["stratum"]: each["seats"] for each in shared["strata"]} == {
        "north": 4,
        "south": 2,
        "east": 1,
    }
    assert sorted(drawn(shared)) == list("0123456")
    assert "(north)" in coop(table, "--stratum", "region", "--seed", "5eed", "--seats", 7).stdout


def test_the_seed_is_made_of_revealed_secrets_and_a_public_value(roll):
    pairs = [
        "--reveal",
        "plum",
        "--commit",
        sha256("plum"),
        "--reveal",
        "fig",
        "--commit",
        sha256("fig").upper(),
    ]
    answer = as_json(roll, "--seats", 2, *pairs, "--public", "04 17 23")
    assert answer["made_of"]["text"] == "reveal 1: plum\nreveal 2: fig\npublic: 04 17 23\n"
    assert answer["seed"] == sha256(answer["made_of"]["text"])
    assert drawn(answer) == list(lot_order(bytes.fromhex(answer["seed"]), "draw", NAMES)[:2])
    told = coop(roll, "--seats", 2, *pairs, "--public", "04 17 23").stdout
    assert "printf '%s\\n' 'reveal 1: plum' 'reveal 2: fig' 'public: 04 17 23' | sha256sum" in told


def test_a_withheld_secret_is_declared_by_an_empty_reveal(roll):
    pairs = ["--reveal", "plum", "--commit", sha256("plum"), "--reveal", "", "--commit", sha256("fig")]
    made_of = as_json(roll, "--seats", 2, *pairs, "--public", "7")["made_of"]
    assert made_of["withheld"] == ["commitment 2"]
    assert made_of["text"] == f"reveal 1: plum\nwithheld 2: {sha256('fig')}\npublic: 7\n"


def test_the_order_of_the_roll_changes_nothing(roll, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("\n".join(NAMES[::-1]) + "\n", "utf-8")
    first, second = (as_json(path, "--seats", 3, "--reserves", 2, "--seed", "00") for path in (roll, other))
    assert (first["drawn"], first["reserves"]) == (second["drawn"], second["reserves"])


PLUM = ("--reveal", "plum", "--commit", sha256("plum"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seats", "2"], "A lot needs a seed"),
        (["--seats", "2", "--seed", "5e5"], "“5e5” is not a seed"),
        (["--seats", "2", "--seed", ""], "“” is not a seed"),
        (["--seats", "2", "--seed", "00", "--public", "7"], "not both"),
        (["--seats", "2", *PLUM], "A lot needs a seed"),
        (["--seats", "2", *PLUM, "--reveal", "fig", "--public", "7"], "2 --reveal for 1 --commit"),
        (["--seats", "2", *PLUM, "--reveal", "fig", "--commit", sha256("date"), "--public", "7"], "What commitment 2 revealed doesn't match"),
        (["--seats", "2", "--reveal", "", "--commit", sha256("fig"), "--public", "7"], "Nobody revealed a secret"),
        (["--seats", "8", "--seed", "00"], "8 seats can't be filled from 7 tickets"),
        (["--seats", "a=1", "--seed", "00"], "need --stratum"),
        (["--seats", "1", "--seats", "2", "--seed", "00"], "need --stratum"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_in_one_line_and_exit_2(roll, arguments, sentence):
    result = coop(roll, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("seats", "sentence"),
    [
        (["north=1", "south=1"], "No seats are stated for the stratum “east”"),
        (["north=5", "south=1", "east=0"], "5 seats can't be filled from the 4 tickets of “north”"),
        (["north=1", "north=1"], "once for each"),
        (["north=1", "2"], "write one number, or STRATUM=N"),
        (["north=x"], "write one number, or STRATUM=N"),
        (["west=1", "north=1", "south=1", "east=1"], "Nobody on the roll is of the stratum “west”"),
    ],
)
def test_seats_that_do_not_fit_the_strata_are_refused(table, seats, sentence):
    result = coop(
        table, "--stratum", "region", "--seed", "00", *(word for each in seats for word in ("--seats", each))
    )
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_faulty_roll_is_refused_with_its_line(roll):
    roll.write_text("Ada\nBen\nAda\n")
    result = coop(roll, "--seats", 1, "--seed", "00")
    assert result.exit_code == 2
    assert result.stderr == f"{roll}, line 3: expected tickets that differ; “Ada” is on line 1 already.\n"


def test_a_roll_that_is_not_there_is_refused(tmp_path):
    result = coop(tmp_path / "none.txt", "--seats", 1, "--seed", "00")
    assert result.exit_code == 2
    assert "can't be read: No such file" in result.stderr


def test_it_loads_neither_flask_nor_a_database(roll):
    program = """
import sys
from coop.cli import main
main(sys.argv[1:], standalone_mode=False)
loaded = {name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__"}
print(*sorted(name for name in loaded if not name.startswith(("_", "sitecustomize"))), file=sys.stderr)
print(*sorted(name for name in sys.modules if name.startswith("coop.")), file=sys.stderr)
"""
    arguments = ["draw", str(roll), "--seats", "2", "--seed", "00", "--json"]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packages, modules = result.stderr.splitlines()
    assert set(packages.split()) == {"click", "coop"}
    assert set(modules.split()) == {
        "coop.cli", "coop.cli.draw", "coop.rules", "coop.rules.lot", "coop.rules.sortition", "coop.rules.tickets"
    }  # fmt: skip
    assert len(json.loads(result.stdout)["drawn"]) == 2
