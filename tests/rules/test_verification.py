"""A bundle that anybody changed: alone, some check names it; re-made as a whole, only the head tells."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.gateways import blind_signatures
from coop.rules.verification import Unreadable, read, verify
from tests.bundles import SEALED, as_file, election, forged, motion, told
from tests.scale import scale
from tests.tampering import (
    CHANGES,
    OF_ELECTIONS,
    OF_MOTIONS,
    OF_PAPERS,
    OF_SECRET,
    WITH_NONE,
    WITHOUT_NONE,
    alter_vote,
    put,
)

MADE = {name: make() for name, make in SEALED.items()}


def failing(bundle, head=None):
    """Name the checks that fail; "unreadable" if the file is refused as a whole."""
    try:
        checks = verify(read(as_file(bundle)), head, blind_signatures)
    except Unreadable:
        return {"unreadable"}
    return {check.name for check in checks if not check.ok}


def changes_of(bundle):
    """Name what somebody could change: how, what with it, who names it, and who even if re-made."""
    found = {name: (*change, set()) for name, change in CHANGES.items()}
    more = OF_ELECTIONS if bundle["ballot"]["kind"] == "election" else OF_MOTIONS
    found |= {name: (*change, set()) for name, change in more.items()}
    if bundle["ballot"]["kind"] == "election":
        found |= WITH_NONE if "none" in bundle["rule"] else WITHOUT_NONE
    if any("struck" in entry for entry in bundle["roll"]):
        found |= {name: (*change, set()) for name, change in OF_PAPERS.items()}
    return found | (OF_SECRET if bundle["ballot"]["secrecy"] == "secret" else {})


CASES = [
    pytest.param(name, change, id=f"{name}: {change}")
    for name, bundle in MADE.items()
    for change in changes_of(bundle)
]


@pytest.fixture
def true(request):
    return copy.deepcopy(MADE[request.getfixturevalue("name")])


@pytest.mark.parametrize(("name", "change"), CASES)
def test_what_is_changed_alone_is_named(name, change, true):
    naive, _forger, check, _still = changes_of(true)[change]
    naive(true)
    assert check in failing(true)


@pytest.mark.parametrize(("name", "change"), CASES)
def test_what_is_remade_as_a_whole_fails_with_the_head_and_without_it_only_where_signatures_hold(
    name, change, true
):
    naive, more, _check, still = changes_of(true)[change]
    head = true["head"]
    naive(true)
    more(true)
    true = forged(true)
    assert failing(true) >= still
    assert bool(failing(true)) == bool(still)
    assert failing(true, head) == failing(true) | {"head"}
    checks = {check.name: check for check in verify(read(as_file(true)), signatures=blind_signatures)}
    assert "a file re-made as a whole would pass" in checks["chain"].does_not_prove


@pytest.mark.parametrize("name", [name for name in MADE if name.startswith("secret")])
def test_what_the_keys_holder_could_do_is_said_by_every_verification(name, true):
    checks = {check.name: check for check in verify(read(as_file(true)), signatures=blind_signatures)}
    assert "whoever held the key could use tokens that members left unused" in checks["tokens"].does_not_prove
    assert "Compare their fingerprint" in checks["keys"].does_not_prove
    assert "A voter can look for their serial." in checks["closing"].does_not_prove


@pytest.mark.parametrize(
    ("change", "check", "still"),
    [
        (lambda bundle: bundle["votes"].append({"class": "member", "vote": '"for"'}), "votes", {"votes"}),
        (lambda bundle: bundle["votes"].remove({"class": "member", "vote": '"for"'}), "votes", {"votes"}),
        (lambda bundle: bundle["spoilt"].update(member=2), "votes", {"votes"}),
        (lambda bundle: bundle["roll"][-1].update(struck=True), "votes", {"votes"}),
        (put("votes", 0, "vote", '"abstain"'), "closing", set()),
        (put("votes", 0, "class", "founder"), "votes", {"votes"}),
    ],
)
def test_papers_that_tellers_entered_into_a_secret_ballot_are_as_many_as_members_struck(change, check, still):
    bundle = told(copy.deepcopy(MADE["secret motion"]), ["against", "for"], spoilt=1)
    bundle["roll"].append({"member": "0" * 64, "class": "member", "weight": 1, "issued": False})
    bundle["votes"].sort(key=lambda vote: "serial" in vote)
    bundle = forged(bundle)
    assert failing(bundle) == set()
    change(bundle)
    assert check in failing(bundle)
    assert failing(forged(bundle)) >= still


def test_without_anything_to_check_signatures_a_secret_ballot_does_not_pass():
    checks = verify(read(as_file(MADE["secret motion"])))
    assert {check.name for check in checks if not check.ok} == {"tokens", "signed"}


@pytest.mark.parametrize("name", MADE)
def test_an_untouched_bundle_passes_with_its_head(name, true):
    assert failing(true, true["head"]) == set()


def keep_the_head_and_fake_the_rest(bundle, head):
    """Re-make all but the head, so that --head alone would agree."""
    if bundle["ballot"]["secrecy"] == "secret":
        put("roll", -1, "member", "0" * 64)(bundle)
    else:
        alter_vote(bundle)
    return forged(bundle) | {"head": head}


@pytest.mark.parametrize("name", MADE)
def test_a_forger_who_keeps_the_true_head_breaks_the_chain(name, true):
    head = true["head"]
    assert failing(keep_the_head_and_fake_the_rest(true, head), head) == {"chain"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put("decision", "outcome", "lost"), "decision.outcome"),
        (put("decision", "reasoning", "Carried."), "decision.reasoning"),
        (put("result", "needed", 1), "result.needed"),
        (lambda b: b["result"].update(extra=1), "result.extra"),
        (lambda b: b["result"].pop("says"), "result.says"),
    ],
)
def test_what_follows_from_the_count_is_counted_again(change, where):
    bundle = motion()
    change(bundle)
    wrong = [check for check in verify(read(as_file(bundle))) if not check.ok]
    assert where in {check.where for check in wrong}


@pytest.mark.parametrize("name", [name for name, one in MADE.items() if one["ballot"]["kind"] == "election"])
def test_an_edited_round_and_another_winner_are_named_where_they_stand(name, true):
    tallies = true["result"]["rounds"][0]["tallies"]
    tallies["1"] = f"{tallies['1']}0"
    true["result"]["elected"] = [{"number": 4, "name": "Dora"}]
    checks = verify(read(as_file(true)), signatures=blind_signatures)
    (check,) = [check for check in checks if not check.ok]
    assert check.name == "result"
    assert check.where.startswith("result.elected[0]")
    assert "result.rounds[0].tallies.1" in check.proves


BAD_PAPERS = [
    (told(motion(), ["for"]), {"choice": "perhaps"}),
    (told(motion(), ["for"]), {"choice": "for", "by": "tellers"}),
    (told(motion(), ["for"]), {}),
    (told(motion("private"), ["for"]), {"choice": "for"}),
    (motion(), {"member": "x"}),
    (motion(), "for"),
    (motion("private"), "perhaps"),
    (motion("private"), ["for"]),
    (motion("private"), None),
    (election("irv"), []),
    (election("irv"), [1, 1]),
    (election("irv"), [5]),
    (election("irv"), [0]),
    (election("irv"), [True]),
    (election("irv"), ["1"]),
    (election("irv"), [[1]]),
    (election("irv"), "for"),
    (election("irv"), {}),
    (election("plurality"), [1, 2]),
    (election("star"), [1, 2, 3]),
    (election("star"), [6, 0, 0, 0]),
    (election("star"), [-1, 0, 0, 0]),
    (election("star"), [None] * 4),
    (election("star"), [True, 0, 0, 0]),
]


@pytest.mark.parametrize(("bundle", "paper"), BAD_PAPERS)
def test_a_vote_the_paper_does_not_allow_is_named_and_not_counted(bundle, paper):
    bundle = copy.deepcopy(bundle)
    bundle["votes"][0] = paper
    assert {"votes", "result", "closing"} <= failing(bundle)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "for",
        '"perhaps"',
        ' "for"',
        '"f\\u006fr"',
        "[",
        "[" * 9_999,
        "9" * 5_000,
        "1.5",
        "NaN",
        "null",
        "x" * 99_999,
    ],
)
def test_a_secret_vote_that_is_no_paper_or_spelled_otherwise_is_named_and_not_counted(text):
    bundle = copy.deepcopy(MADE["secret motion"])
    bundle["votes"][0]["vote"] = text
    assert {"votes", "signed", "result", "closing"} <= failing(bundle)


IMPOSSIBLE = [
    (motion, put("roll", 0, "struck", True), "roll"),
    (motion, put("roll", -1, "struck", True), "votes"),
    (motion, put("spoilt", {"member": 1}), "votes"),
    (lambda: told(motion(), ["for"], 1), put("spoilt", {"member": 0}), "votes"),
    (lambda: told(motion(), ["for"], 1), put("spoilt", {"member": -1}), "votes"),
    (lambda: told(motion(), ["for"], 1), put("spoilt", {"worker": 1}), "votes"),
    (motion, put("roll", 1, "member", motion()["roll"][0]["member"]), "roll"),
    (motion, put("roll", 0, "weight", 0), "roll"),
    (motion, put("roll", 0, "weight", -3), "roll"),
    (motion, put("roll", []), "roll"),
    (motion, put("votes", []), "votes"),
    (motion, put("rule", "majority", "most of us"), "rule"),
    (motion, put("rule", "majority", "> 1/0 of cast"), "rule"),
    (motion, put("rule", "quorum", "1/0 of eligible"), "rule"),
    (motion, put("rule", "tie", "duel"), "rule"),
    (motion, put("rule", "period_days", 10**14), "rule"),
    (motion, put("rule", "provisions", {}), "rule"),
    (motion, put("ballot", "zone", "../../etc/passwd"), "rule"),
    (motion, put("ballot", "zone", ""), "rule"),
    (motion, put("ballot", "zone", "Atlantis/Poseidonis"), "rule"),
    (motion, put("ballot", "method", "irv"), "rule"),
    (motion, put("ballot", "opens_at", "9999-12-31T23:00:00+00:00"), "rule"),
    (motion, put("options", ["for", "for", "for"]), "votes"),
    (lambda: election("irv"), put("options", []), "votes"),
    (lambda: election("irv"), put("options", 0, "number", 9), "votes"),
    (lambda: election("irv"), put("ballot", "method", "dice"), "rule"),
    (lambda: election("irv"), put("ballot", "seats", 10**14), "rule"),
    (lambda: election("irv"), put("ballot", "seats", 2), "rule"),
    (lambda: election("irv"), put("ballot", "seats", 0), "rule"),
    (lambda: election("irv"), put("ballot", "secrecy", "open"), "rule"),
]


@pytest.mark.parametrize(("make", "change", "check"), IMPOSSIBLE)
def test_what_no_ballot_can_be_fails_and_never_crashes(make, change, check):
    bundle = make()
    change(bundle)
    assert check in failing(bundle)


def leaves(value, path=()):
    """Name the way to every value that holds no other."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [leaf for name, inner in inside for leaf in leaves(inner, (*path, name))]
    return found or [path]


@settings(max_examples=scale(400, 5000))
@given(st.data())
def test_no_value_can_be_changed_alone(data):
    bundle = copy.deepcopy(MADE[data.draw(st.sampled_from(sorted(MADE)))])
    *inside, last = data.draw(st.sampled_from(leaves(bundle)))
    part = bundle
    for name in inside:
        part = part[name]
    old = part[last]
    small = st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=3) | st.just([]) | st.just({})
    kin = small
    if isinstance(old, str) and old:
        place = data.draw(st.integers(0, len(old) - 1))
        kin |= st.sampled_from("0a9 f").map(lambda sign: old[:place] + sign + old[place + 1 :])
    new = data.draw(kin.filter(lambda value: (type(value), value) != (type(old), old)))
    part[last] = new
    assert failing(bundle), f"{inside} {last}: {old!r} became {new!r}"


@pytest.mark.parametrize("name", MADE)
def test_every_leaf_is_held_by_a_check(name, true):
    for path in leaves(true):
        changed = copy.deepcopy(true)
        part = changed
        for step in path[:-1]:
            part = part[step]
        old = part[path[-1]]
        part[path[-1]] = (
            not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old or ''}."
        )
        assert failing(changed), path


def weighing(bundle, weight, **rule):
    """Let the first on the roll weigh so much, as a delegate, under these weights."""
    bundle["roll"][0] |= {"class": "delegate", "weight": weight}
    bundle["rule"]["weights"] |= {"classes": {"": 1, "delegate": 5}} | rule
    return bundle


@pytest.mark.parametrize(
    ("weight", "rule", "faults"),
    [
        (4, {}, {"roll"}),
        (5, {}, set()),
        (6, {}, {"roll"}),
        (4, {"members_per_vote": 10}, {"roll"}),
        (6, {"members_per_vote": 10}, set()),
        (7, {"members_per_vote": 10, "most_votes": 7}, set()),
        (8, {"members_per_vote": 10, "most_votes": 7}, {"roll"}),
        (3, {"members_per_vote": 10, "most_votes": 3}, set()),
        (2, {"members_per_vote": 10, "most_votes": 3}, {"roll"}),
        (5, {"classes": {"delegate": 5}}, {"roll"}),
        (5, {"most_votes": "seven"}, {"roll"}),
        (5, {"classes": {"": 1, "delegate": "5"}}, {"roll"}),
    ],
)
def test_a_vote_weighs_what_the_rule_gives_its_class(weight, rule, faults):
    assert failing(forged(weighing(motion(), weight, **rule))) == faults


def test_delegates_weigh_openly_what_their_roll_entries_say():
    bundle = weighing(motion(choices=("for", "against", "against")), 5)
    bundle = forged(bundle)
    assert bundle["decision"]["outcome"] == "carried"
    assert failing(bundle) == set()


def test_who_weighs_more_in_private_casts_that_many_papers():
    bundle = motion("private", choices=("for", "against"))
    weighing(bundle, 3, classes={"": 1, "delegate": 3})
    assert "votes" in failing(forged(bundle))
    bundle["votes"] = ["against", "for", "for", "for"]
    assert failing(forged(bundle)) == set()
