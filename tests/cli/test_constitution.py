"""`coop constitution keys` and `coop constitution read`, as a script meets them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coop.rules.provisions import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
MODELS = sorted((ROOT / "coop" / "constitution_models").glob("*.md"))
GOOD = b'1. Notice is [ten clear days]{provision="meeting.notice" value="10 days"}.\n'


def coop(*words, **env):
    command = [sys.executable, "-c", "from coop.cli import main; main()", "constitution", *map(str, words)]
    known = {name: value for name, value in os.environ.items() if not name.startswith("COOP")}
    return subprocess.run(command, cwd=ROOT, env=known | env, capture_output=True, check=False)


def read(path):
    answer = coop("read", path, "--json")
    assert answer.stderr == b""
    return answer.returncode, json.loads(answer.stdout)


@pytest.fixture
def text(tmp_path):
    def write(data):
        path = tmp_path / "rules.md"
        path.write_bytes(data)
        return path

    return write


def test_every_key_is_told_with_all_that_one_must_know_to_mark_it():
    rows = json.loads(coop("keys", "--json").stdout)
    assert [row["key"] for row in rows] == list(REGISTRY)
    for row in rows:
        assert list(row) == ["key", "type", "grammar", "example", "default", "bounds", "scopes", "sentence"]
        assert row["type"]
        assert row["sentence"].endswith(".")
        assert isinstance(row["scopes"], list)
        for value in (row["example"], row["default"]):
            REGISTRY[row["key"]].parse(value)
    notice = next(row for row in rows if row["key"] == "meeting.notice")
    assert (notice["type"], notice["default"], notice["bounds"]) == ("clear days", "14 days", "0 to 180")
    assert "body" in notice["scopes"]
    assert b"meeting.notice" in coop("keys").stdout


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_is_read_without_a_problem(model):
    code, said = read(model)
    assert (code, said["problems"]) == (0, [])
    assert said["articles"] > 10
    known = {name.partition("@")[0] for name in said["provisions"]} | set(said["defaults"])
    assert known == set(REGISTRY)


def test_a_value_is_told_with_its_article_and_line(text):
    marked = b'\n2. The board: [seven days]{provision="meeting.notice" body="board" value="7 clear days"}.\n'
    code, said = read(text(GOOD + marked))
    assert code == 0
    assert said["provisions"] == {
        "meeting.notice": {"value": "10 days", "article": "1", "line": 1},
        "meeting.notice@board": {"value": "7 days", "article": "2", "line": 3},
    }
    assert "meeting.notice" not in said["defaults"]


@pytest.mark.parametrize(("data", "line", "what"), [
    pytest.param(b"", 1, "no article", id="an empty file"),
    pytest.param(GOOD + b"\n2. Two \xff.\n", 3, "not UTF-8 from its character 8", id="a byte of another encoding"),
    pytest.param(GOOD.replace(b"\n", b"\r\n") + b"\r\n2. \xe4\r\n", 3, "not UTF-8", id="the same, lines ended twice"),
    pytest.param("1. Über.\n".encode("utf-16"), 1, "not UTF-8", id="a file of sixteen bits"),
    pytest.param(GOOD + b"\n2. " + b"x" * 1_700_000, 1, "longer than", id="a file larger than any"),
    pytest.param(b"\xef\xbb\xbf" + GOOD.replace(b"ten", b"nine"), 1, "Words prevail", id="a mark of the byte order"),
    pytest.param(b"\x00" * 100, 1, "U+0000", id="noughts"),
])  # fmt: skip
def test_a_bad_file_ends_with_2_and_its_problem_in_json_and_in_sentences(text, data, line, what):
    path = text(data)
    code, said = read(path)
    assert code == 2
    assert set(said) == {"articles", "provisions", "defaults", "problems"}
    assert any(p["line"] == line and what in p["what"] for p in said["problems"]), said["problems"]
    answer = coop("read", path)
    assert answer.returncode == 2
    assert f"line {line}: ".encode() in answer.stderr
    assert b"Traceback" not in answer.stderr


def test_what_is_no_file_is_told_too(tmp_path):
    for path in (tmp_path, tmp_path / "none.md"):
        code, said = read(path)
        assert code == 2
        assert "can't be read" in said["problems"][0]["what"]


def test_an_endless_file_has_an_end():
    code, said = read("/dev/zero")
    assert code == 2
    assert "longer than" in said["problems"][0]["what"]


def test_an_old_terminal_gets_words_and_nothing_that_moves_its_cursor(text):
    mark = '2. [x]{provision="dues.due" value="\x1b[2J“7”"}\n'
    path = text(GOOD + b"\n" + mark.encode())
    answer = coop("read", path, PYTHONIOENCODING="ascii")
    assert answer.returncode == 2
    assert b"\x1b" not in answer.stdout + answer.stderr
    code = coop("read", path, "--json", PYTHONIOENCODING="ascii")
    assert json.loads(code.stdout)["problems"]


def test_reading_loads_neither_flask_nor_a_database():
    told = (
        "import sys\nfrom coop.cli import main\n"
        f"try:\n    main(['constitution', 'read', {str(MODELS[0])!r}])\n"
        "except SystemExit:\n    print('flask' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.endswith("False\n")


def test_a_text_can_be_piped_in():
    command = [
        sys.executable,
        "-c",
        "from coop.cli import main; main()",
        "constitution",
        "read",
        "-",
        "--json",
    ]
    answer = subprocess.run(command, cwd=ROOT, input=GOOD, capture_output=True, check=True)
    assert json.loads(answer.stdout)["provisions"]["meeting.notice"]["value"] == "10 days"
