"""`coop verify` as a member or a program calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.cli import main
from tests.bundles import SEALED, as_file, motion
from tests.scale import scale

ROOT = Path(__file__).parents[2]


def coop(data, *arguments):
    return CliRunner().invoke(main, ["verify", "-", *arguments], input=data)


def test_a_sealed_ballot_passes_and_is_told_in_sentences():
    bundle = SEALED["scottish-stv"]()
    answer = coop(as_file(bundle), "--head", bundle["head"])
    assert answer.exit_code == 0
    assert "Ballot pioneers/3: Buy a mill" in answer.output
    assert "All 11 checks hold." in answer.output
    assert "re-made as a whole" not in answer.output.partition("-" * 80)[2]
    assert max(map(len, answer.output.splitlines())) <= 80


def test_without_a_head_it_says_that_a_file_remade_as_a_whole_would_pass():
    answer = coop(as_file(motion()))
    assert answer.exit_code == 0
    assert "All 10 checks hold." in answer.output
    assert "a file re-made as a whole would pass" in " ".join(answer.output.partition("-" * 80)[2].split())


def test_a_failing_check_is_named_with_its_place():
    bundle = motion()
    bundle["result"]["for"] += 1
    answer = coop(as_file(bundle))
    assert answer.exit_code == 1
    assert "FAILS   result" in answer.output
    assert "result.for is 4, but counted again it is 3." in answer.output
    assert "Where: result.for" in answer.output
    assert "1 of 10 checks FAIL: result." in answer.output


def test_a_secret_ballot_is_checked_with_its_signatures():
    bundle = SEALED["secret election"]()
    answer = coop(as_file(bundle), "--head", bundle["head"])
    assert answer.exit_code == 0
    assert "All 14 checks hold." in answer.output
    bundle = json.loads(as_file(bundle))
    bundle["votes"][0]["sig"] = bundle["votes"][1]["sig"]
    answer = coop(as_file(bundle))
    assert answer.exit_code == 1
    assert "Where: votes[0].sig" in answer.output


def test_json_is_for_programs():
    bundle = motion()
    good, bad = coop(as_file(bundle), "--json"), coop(as_file(bundle), "--json", "--head", "0" * 64)
    assert (good.exit_code, bad.exit_code) == (0, 1)
    good, bad = json.loads(good.output), json.loads(bad.output)
    assert (good.keys(), good["ok"], bad["ok"]) == ({"ok", "checks"}, True, False)
    assert {tuple(check) for check in good["checks"]} == {("name", "ok", "proves", "does_not_prove", "where")}
    assert [check["name"] for check in bad["checks"] if not check["ok"]] == ["head"]


def test_a_head_may_be_copied_with_spaces_and_capitals():
    bundle = motion()
    head = bundle["head"].upper()
    assert coop(as_file(bundle), "--head", f" {head[:32]} {head[32:]}").exit_code == 0


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "0" * 63, "0" * 65])
def test_a_head_of_another_shape_is_refused(head):
    answer = coop(as_file(motion()), "--head", head)
    assert answer.exit_code == 2
    assert answer.output == "--head takes 64 hexadecimal digits, as they stand on the paper.\n"


def with_value(path, value):
    bundle = motion()
    *inside, last = path
    part = bundle
    for name in inside:
        part = part[name]
    part[last] = value
    return as_file(bundle)


NOT_BUNDLES = {
    "empty": (b"", "The file is empty."),
    "blank": (b" \n ", "The file is empty."),
    "binary": (bytes(range(256)), "The file is not text in UTF-8."),
    "UTF-16": ("{}".encode("utf-16"), "The file is not text in UTF-8."),
    "words": (b"hello", "The file is not JSON (line 1 column 1)."),
    "cut off": (as_file(motion())[:500], "The file is not JSON"),
    "a list": (b"[]", "The file is not an object."),
    "a number": (b"1", "The file is not an object."),
    "null": (b"null", "The file is not an object."),
    "nothing in it": (b"{}", "format is missing."),
    "deep lists": (b"[" * 100_000, "The file is nested too deeply."),
    "deep objects": (b'{"a":' * 90_000 + b"1" + b"}" * 90_000, "The file is nested too deeply."),
    "thirty deep": (b"[" * 30 + b"]" * 30, "The file is nested too deeply."),
    "huge number": (b'{"format": ' + b"9" * 5000 + b"}", "The file holds a number of more than 15 digits."),
    "huge exponent": (b'{"format": 1e999999}', "The file holds a number that is not whole"),
    "a fraction": (b'{"format": 1.0}', "The file holds a number that is not whole"),
    "NaN": (b'{"format": NaN}', "The file holds a number that is not whole"),
    "a name twice": (b'{"format": 1, "format": 1}', "The file gives a name twice in one object."),
    "half a character": (b'{"format": "\\ud800"}', "The file holds half a character."),
    "a later format": (b'{"format": 2}', "The file has format 2; this program reads format 1."),
    "true for a format": (with_value(["format"], value=True), "format is not a whole number."),
    "a name more": (with_value(["note"], "hello"), "A bundle has no “note”."),
    "a name more in the decision": (
        with_value(["decision", "text"], "x"),
        "A bundle has no “decision.text”.",
    ),
    "a roll of names": (with_value(["roll"], ["Ada"]), "roll[0] is not an object."),
    "issued as a number": (with_value(["roll", 0, "issued"], 1), "roll[0].issued is not true or false."),
    "no such day": (
        with_value(["ballot", "opens_at"], "2026-02-30T09:00:00+00:00"),
        "ballot.opens_at is not a date and time with its offset.",
    ),
    "no offset": (with_value(["ballot", "opens_at"], "2026-02-20T09:00:00"), "ballot.opens_at is not a date"),
    "before the first year": (
        with_value(["ballot", "opens_at"], "0001-01-01T00:00:00+23:00"),
        "ballot.opens_at is not a date",
    ),
    "one event": (
        with_value(["events"], motion()["events"][:1]),
        "events are not the opening and the closing.",
    ),
    "facts that are no JSON": (with_value(["events", 0, "facts"], "{"), "events[0].facts is not JSON"),
    "facts that are a list": (with_value(["events", 1, "facts"], "[]"), "events[1].facts is not an object."),
    "called secret": (
        with_value(["ballot", "secrecy"], "secret"),
        "votes[0] is not what a bundle holds there.",
    ),
    "of unknown secrecy": (
        with_value(["ballot", "secrecy"], "sealed"),
        "ballot.secrecy is neither open, private nor secret.",
    ),
    "of another kind": (
        with_value(["ballot", "kind"], "lottery"),
        "ballot.kind is neither motion nor election.",
    ),
    "300 options": (with_value(["options"], ["for"] * 300), "The ballot has more than 200 options."),
    "escape codes": (with_value(["\x1b[2J"], 1), "A bundle has no “ [2J”."),
}


@pytest.mark.parametrize("case", NOT_BUNDLES)
def test_what_is_no_bundle_is_refused_in_one_line(case):
    data, says = NOT_BUNDLES[case]
    answer = coop(data)
    assert answer.exit_code == 2
    assert says in answer.output
    assert answer.output.count("\n") == 1


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path):
    for path, says in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        answer = CliRunner().invoke(main, ["verify", str(path)])
        assert (answer.exit_code, answer.output) == (2, f"{path} can't be read: {says}.\n")


def test_a_title_moves_no_cursor():
    answer = coop(with_value(["ballot", "title"], "\x1b[2J\r\nAll checks hold."))
    assert answer.exit_code == 1
    assert "\x1b" not in answer.output
    assert "\r" not in answer.output


FILES = [as_file(make()) for make in SEALED.values()]


@settings(max_examples=scale(300, 5000))
@given(st.data())
def test_no_damage_to_the_bytes_ends_in_a_traceback(data):
    """Bytes cut out, put in, doubled or changed: refused in a line, failing, or harmless white space."""
    original = data.draw(st.sampled_from(FILES))
    damaged = bytearray(original)
    for _time in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        end = min(len(damaged), start + data.draw(st.integers(0, 12)))
        piece = data.draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from(
                    [b"0", b"-1", b"9" * 20, b"null", b"true", b'"', b"{", b"}", b"[]", b",", b""]
                ),
                st.just(bytes(damaged[start:end]) * 2),
            )
        )
        damaged[start:end] = piece
    answer = coop(bytes(damaged))
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    assert answer.exit_code in {0, 1, 2}
    if answer.exit_code == 2:
        assert answer.output.count("\n") == 1
    if answer.exit_code == 0:
        assert json.loads(bytes(damaged).decode("utf-8-sig")) == json.loads(original)


def test_it_loads_neither_flask_nor_the_database(tmp_path):
    path = tmp_path / "bundle.json"
    path.write_bytes(as_file(motion()))
    told = (
        "import sys\nfrom coop.cli import main\n"
        f"try:\n    main(['verify', {str(path)!r}])\nexcept SystemExit as end:\n"
        "    print(end.code, [m for m in ('flask', 'sqlalchemy', 'babel') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert said.stdout.endswith("0 []\n")
    assert said.stderr == ""
