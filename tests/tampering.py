"""What somebody could change in a bundle: alone, and with all that a forger must change with it."""

import copy
import json

from coop.gateways.blind_signatures import new_class_key, new_receipt_key, sign_blinded
from coop.gateways.voter import Voter
from tests.bundles import canonical, cast, sha256

LATER = "2026-11-09T09:00:00+00:00"
STRANGER = sha256("a stranger")


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
    voted = {vote.get("member") for vote in bundle["votes"] if isinstance(vote, dict)}
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
        if isinstance(vote, dict) and vote.get("member") == bundle["roll"][0]["member"]:
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


def _struck(bundle):
    return [entry for entry in bundle["roll"] if "struck" in entry]


def _told_vote(bundle):
    """A vote that tellers entered: where voting was private, one is as good as another."""
    return next(vote for vote in bundle["votes"] if not isinstance(vote, dict) or "member" not in vote)


def put(*path):
    """Make a change that puts a value at a path."""
    *inside, last, value = path

    def change(bundle):
        part = bundle
        for name in inside:
            part = part[name]
        assert not isinstance(part, dict) or part.get(last) != value, "the change must change something"
        part[last] = value

    return change


def give_votes_by_size(bundle):
    """Loosen the rule so that one entry may weigh two."""
    bundle["rule"]["weights"]["members_per_vote"] = 100


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
    "a weight is changed": (put("roll", -1, "weight", 2), give_votes_by_size, "opening"),
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
OF_PAPERS = {
    "a paper vote is added": (
        lambda bundle: bundle["votes"].append(copy.deepcopy(_told_vote(bundle))),
        put("roll", -1, "struck", True),
        "votes",
    ),
    "a paper vote is dropped": (
        lambda bundle: bundle["votes"].remove(_told_vote(bundle)),
        lambda bundle: _struck(bundle)[0].pop("struck"),
        "votes",
    ),
    "a struck member is another": (
        lambda bundle: _struck(bundle)[0].pop("struck"),
        put("roll", -1, "struck", True),
        "closing",
    ),
    "a spoilt paper is made up": (
        lambda bundle: bundle.update(spoilt={"member": bundle.get("spoilt", {}).get("member", 0) + 1}),
        lambda bundle: bundle["votes"].remove(_told_vote(bundle)),
        "votes",
    ),
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
# For elections whose rule has no “None of these”, and for those whose rule has; as below.
WITHOUT_NONE = {
    "none of these is put into the rule": (
        put("rule", "none", True),
        put("rule", "provisions", "election.none_of_these", "yes"),
        "rule",
        set(),
    ),
}
WITH_NONE = {
    "none of these is taken out of the rule": (
        lambda bundle: bundle["rule"].pop("none"),
        put("rule", "provisions", "election.none_of_these", "no"),
        "rule",
        {"votes", "result", "decision"},
    ),
    "a vote for none of these is given to a candidate": (
        lambda bundle: bundle["votes"].__setitem__(bundle["votes"].index([]), [1]),
        lambda bundle: bundle["votes"].sort(key=canonical),
        "closing",
        set(),
    ),
}


def alter_secret_vote(bundle):
    choice = json.loads(bundle["votes"][0]["vote"])
    bundle["votes"][0]["vote"] = json.dumps(another(choice), separators=(",", ":"))


def exchange(name):
    """Exchange a value of the first two votes."""

    def change(bundle):
        one, other = bundle["votes"][:2]
        one[name], other[name] = other[name], one[name]

    return change


def copy_of_the_first(name):
    def change(bundle):
        bundle["votes"][1][name] = bundle["votes"][0][name]

    return change


def stuff(**elsewhere):
    """Put a vote in under a token that the ballot's own key signs: only who holds that key can."""

    def change(bundle):
        choice = json.loads(bundle["votes"][0]["vote"])
        bundle["votes"].append(cast(choice, **elsewhere))
        bundle["votes"].sort(key=lambda vote: vote["serial"])

    return change


def swap_the_class_key(bundle):
    bundle["keys"]["member"] = new_class_key()[0]


def sign_everything_anew(bundle):
    """Be the server from the start, with other keys and other voters."""
    public, private = new_class_key()
    bundle["keys"]["member"] = public
    votes = []
    for vote in bundle["votes"]:
        voter = Voter(bundle["ballot"]["id"], "member", bundle["keys"])
        voter.take(sign_blinded(private, voter.blinded))
        votes.append({"class": "member"} | voter.cast(json.loads(vote["vote"])))
    bundle["votes"] = sorted(votes, key=lambda vote: vote["serial"])


# As above; and which checks name the change even after the file is re-made as a whole: no forger can sign.
OF_SECRET = {
    "a vote is altered": (alter_secret_vote, nothing_more, "signed", {"signed"}),
    "a vote is added": (add_vote, put("roll", -1, "issued", True), "votes", {"votes"}),
    "a vote is dropped": (drop_vote, nothing_more, "closing", set()),
    "a weight is changed": (put("roll", -1, "weight", 2), nothing_more, "keys", {"keys"}),
    "a class is changed": (put("roll", 0, "class", "founder"), nothing_more, "keys", {"keys"}),
    "an issued flag is flipped": (flip_issued, nothing_more, "closing", set()),
    "all issued flags are taken away": (
        lambda bundle: [entry.update(issued=False) for entry in bundle["roll"]],
        nothing_more,
        "votes",
        {"votes"},
    ),
    "a key is put in": (
        lambda bundle: bundle["keys"].update(founder=new_class_key()[0]),
        nothing_more,
        "opening",
        set(),
    ),
    "the key is taken away": (put("keys", {}), nothing_more, "keys", {"keys", "tokens"}),
    "a receipt key is put in": (
        lambda bundle: bundle.update(receipt_key=new_receipt_key()[0]),
        nothing_more,
        "opening",
        set(),
    ),
    "the key is swapped": (swap_the_class_key, nothing_more, "tokens", {"tokens"}),
    "the key is swapped and every token made anew": (sign_everything_anew, nothing_more, "opening", set()),
    "a token is copied": (copy_of_the_first("token"), nothing_more, "tokens", {"tokens"}),
    "two tokens are exchanged": (exchange("token"), nothing_more, "tokens", {"tokens"}),
    "two serials are exchanged": (exchange("serial"), nothing_more, "tokens", {"tokens", "signed"}),
    "two prefixes are exchanged": (exchange("prefix"), nothing_more, "tokens", {"tokens"}),
    "a signature is copied": (copy_of_the_first("sig"), nothing_more, "signed", {"signed"}),
    "an older vote is put back": (put("votes", 0, "n", 2), nothing_more, "signed", {"signed"}),
    "a vote changes its class": (put("votes", 0, "class", "founder"), nothing_more, "tokens", {"tokens"}),
    "a vote of another ballot is put in": (
        stuff(ballot_id="pioneers/4"),
        nothing_more,
        "tokens",
        {"tokens", "signed"},
    ),
    "the key's holder uses a token left over": (stuff(), nothing_more, "closing", set()),
}
