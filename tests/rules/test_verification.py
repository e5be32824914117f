"""A bundle that anybody changed: alone, some check names it; re-made as a whole, only the head tells."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.rules.verification import Unreadable, read, verify
from tests.bundles import SEALED, as_file, election, forged, motion, sha256
from tests.scale import scale

MADE = {name: make() for name, make in SEALED.items()}
LATER = "2026-11-09T09:00:00+00:00"
STRANGER = sha256("a stranger")


def failing(bundle, head=None):
    """Name the checks that fail; "unreadable" if the file is refused as a whole."""
    try:
        checks = verify(read(as_file(bundle)), head)
    except Unreadable:
        return {"unreadable"}
    return {check.name for check in checks if not check.ok}


def another(vote):
    """Give a vote of the same kind that says something else."""
    if isinstance(vote, dict):
        return vote | {"choice": another(vote["choice"])}
    if isinstance(vote, str):
        return "against" if vote != "against" else "abstain"
    return [5, 0, 0, 1] if len(vote) == 4 and None in vote else [4] if vote != [4] else [1]


def alter_vote(bundle):
    bundle["votes"][0] = another(bundle["votes"][0])


def add_vote(bundle):
    bundle["votes"].append(copy.deepcopy(bundle["votes"][0]))


def issue_for_it(bundle):
    bundle["roll"][-1]["issued"] = True
    if isinstance(bundle["votes"][-1], dict):
        bundle["votes"][-1]["member"] = bundle["roll"][-1]["member"]


def drop_vote(bundle):
    bundle["votes"].pop()


def strike_the_voter(bundle):
    voted = {vote["member"] for vote in bundle["votes"] if isinstance(vote, dict)}
    issued = [entry for entry in bundle["roll"] if entry["issued"]]
    gone = next((entry for entry in issued if voted and entry["member"] not in voted), issued[0])
    gone["issued"] = False


def move_vote(bundle):
    votes = bundle["votes"]
    votes[0], votes[-1] = votes[-1], votes[0]


def add_to_roll(bundle):
    bundle["roll"].append({"member": STRANGER, "class": "member", "weight": 1, "issued": False})


def loosen_quorum(bundle):
    bundle["rule"]["quorum"] = "1/100 of eligible"


def loosen_its_provision(bundle):
    for key in bundle["rule"]["provisions"]:
        if key.endswith("quorum"):
            bundle["rule"]["provisions"][key] = "1/100 of eligible"


def flip_issued(bundle):
    bundle["roll"][0]["issued"] = False


def blame_another(bundle):
    bundle["roll"][-1]["issued"] = True
    for vote in bundle["votes"]:
        if isinstance(vote, dict) and vote["member"] == bundle["roll"][0]["member"]:
            vote["member"] = bundle["roll"][-1]["member"]


def close_later(bundle):
    bundle["ballot"]["closes_at"] = LATER


def lengthen_the_period(bundle):
    bundle["rule"]["period_days"] = 8
    for key in bundle["rule"]["provisions"]:
        if key.endswith("voting_period"):
            bundle["rule"]["provisions"][key] = "8 days"
    bundle["events"][1]["at"] = LATER


def amend_the_constitution(bundle):
    bundle["constitution"]["sha256"] = sha256("another constitution")


def amend_the_rule_too(bundle):
    bundle["rule"]["version_sha256"] = sha256("another constitution")


def name_another_version(bundle):
    bundle["constitution"]["version"] = 3


def in_the_rule_too(bundle):
    bundle["rule"]["version"] = 3


def name_another_article(bundle):
    bundle["constitution"]["articles"] = ["9"]


def by_the_rule_too(bundle):
    bundle["rule"]["articles"] = ["9"]


def put(*path):
    """Make a change that puts a value at a path."""
    *inside, last, value = path

    def change(bundle):
        part = bundle
        for name in inside:
            part = part[name]
        assert part[last] != value, "the change must change something"
        part[last] = value

    return change


def nothing_more(bundle):
    """The one change is all a forger has to add."""


# What is changed → how; what a forger must change with it; a check that names the naive change.
CHANGES = {
    "a vote is altered": (alter_vote, nothing_more, "closing"),
    "a vote is added": (add_vote, issue_for_it, "votes"),
    "a vote is dropped": (drop_vote, strike_the_voter, "votes"),
    "a vote is moved": (move_vote, nothing_more, "closing"),
    "a roll entry is added": (add_to_roll, nothing_more, "opening"),
    "a roll entry is removed": (lambda bundle: bundle["roll"].pop(), nothing_more, "opening"),
    "a weight is changed": (put("roll", -1, "weight", 2), nothing_more, "opening"),
    "a class is changed": (put("roll", 0, "class", "founder"), nothing_more, "opening"),
    "a mark is replaced": (put("roll", -1, "member", STRANGER), nothing_more, "opening"),
    "an issued flag is flipped": (flip_issued, blame_another, "closing"),
    "the quorum is loosened": (loosen_quorum, loosen_its_provision, "rule"),
    "the seed is changed": (put("seed", "ab" * 32), nothing_more, "seed"),
    "the closing is moved": (close_later, lengthen_the_period, "rule"),
    "the zone is changed": (put("ballot", "zone", "Europe/Paris"), nothing_more, "opening"),
    "the title is changed": (put("ballot", "title", "Sell a mill"), nothing_more, "opening"),
    "the text is changed": (put("ballot", "text", "It buys two."), nothing_more, "opening"),
    "the constitution is another": (amend_the_constitution, amend_the_rule_too, "rule"),
    "its version is another": (name_another_version, in_the_rule_too, "rule"),
    "an article is another": (name_another_article, by_the_rule_too, "rule"),
    "a key is put in": (put("keys", {"member": {"kty": "RSA"}}), nothing_more, "opening"),
    "a receipt key is put in": (put("receipt_key", {"kty": "RSA"}), nothing_more, "opening"),
    "the opening's actor is another": (put("events", 0, "actor", "mallory"), nothing_more, "events"),
    "the opening's time is moved": (
        put("events", 0, "at", "2026-11-01T09:00:30+00:00"),
        nothing_more,
        "events",
    ),
    "the closing's actor is another": (put("events", 1, "actor", "mallory"), nothing_more, "chain"),
    "the closing's particulars are others": (put("events", 1, "personal", "0" * 64), nothing_more, "chain"),
    "the link before is another": (put("events", 1, "previous", "0" * 64), nothing_more, "chain"),
    "the decision's number is another": (put("decision", "number", "2026/15"), nothing_more, "decision"),
    "the decision's day is another": (put("decision", "decided_on", "2026-11-09"), nothing_more, "decision"),
}
OF_MOTIONS = {
    "the majority is loosened": (
        put("rule", "majority", "> 1/100 of cast"),
        put("rule", "provisions", "decision.ordinary.majority", "> 1/100 of cast"),
        "rule",
    ),
    "the tie rule is another": (
        put("rule", "tie", "chair"),
        put("rule", "provisions", "decision.tie", "chair"),
        "rule",
    ),
}
OF_ELECTIONS = {
    "a candidate is renamed": (put("options", 0, "name", "Eve"), nothing_more, "result"),
    "two candidates are swapped": (
        lambda bundle: bundle.update(
            options=[
                one | {"name": other["name"]}
                for one, other in zip(bundle["options"], bundle["options"][::-1], strict=True)
            ]
        ),
        nothing_more,
        "result",
    ),
    "the term is longer": (put("rule", "term_months", 99), nothing_more, "opening"),
}
CASES = [
    pytest.param(name, change, id=f"{name}: {change}")
    for name, bundle in MADE.items()
    for change in CHANGES | (OF_ELECTIONS if bundle["ballot"]["kind"] == "election" else OF_MOTIONS)
]


@pytest.fixture
def true(request):
    return copy.deepcopy(MADE[request.getfixturevalue("name")])


@pytest.mark.parametrize(("name", "change"), CASES)
def test_what_is_changed_alone_is_named(name, change, true):
    naive, _forger, check = (CHANGES | OF_MOTIONS | OF_ELECTIONS)[change]
    naive(true)
    assert check in failing(true)


@pytest.mark.parametrize(("name", "change"), CASES)
def test_what_is_remade_as_a_whole_passes_without_the_head_and_fails_with_it(name, change, true):
    naive, more, _check = (CHANGES | OF_MOTIONS | OF_ELECTIONS)[change]
    head = true["head"]
    naive(true)
    more(true)
    true = forged(true)
    assert failing(true) == set()
    assert failing(true, head) == {"head"}
    chain = next(check for check in verify(read(as_file(true))) if check.name == "chain")
    assert "a file re-made as a whole would pass" in chain.does_not_prove


@pytest.mark.parametrize("name", MADE)
def test_an_untouched_bundle_passes_with_its_head(name, true):
    assert failing(true, true["head"]) == set()


def keep_the_head_and_fake_the_rest(bundle, head):
    """Re-make all but the head, so that --head alone would agree."""
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
    (check,) = [check for check in verify(read(as_file(true))) if not check.ok]
    assert check.name == "result"
    assert check.where.startswith("result.elected[0]")
    assert "result.rounds[0].tallies.1" in check.proves


BAD_PAPERS = [
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


IMPOSSIBLE = [
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


def test_delegates_weigh_openly_what_their_roll_entries_say():
    bundle = motion(choices=("for", "against", "against"))
    bundle["roll"][0]["weight"] = 5
    bundle = forged(bundle)
    assert bundle["decision"]["outcome"] == "carried"
    assert failing(bundle) == set()


def test_who_weighs_more_in_private_casts_that_many_papers():
    bundle = motion("private", choices=("for", "against"))
    bundle["roll"][0]["weight"] = 3
    assert "votes" in failing(forged(bundle))
    bundle["votes"] = ["against", "for", "for", "for"]
    assert failing(forged(bundle)) == set()
