"""The checks of a bundle, in the order of the vote: what each proves, what it can't, and where it looks."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from coop.rules.chain import event_hash
from coop.rules.verification.bundle import Bundle, instant, sha256_of
from coop.rules.verification.papers import faults_of_votes
from coop.rules.verification.recount import faults_of_decision, faults_of_result
from coop.rules.verification.rule import faults_of_rule
from coop.rules.verification.secret import (
    Signatures,
    faults_of_keys,
    faults_of_signatures,
    faults_of_tokens,
)
from coop.rules.verification.weights import faults_of_weights

Faults = Iterator[tuple[str, str]]  # where, and a sentence
_SHOWN = 3


@dataclass(frozen=True)
class Check:
    """One check; if it failed, `proves` says what is wrong and `where` names the first place."""

    name: str
    ok: bool
    proves: str
    does_not_prove: str
    where: str

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def verify(bundle: Bundle, head: str | None = None, signatures: Signatures | None = None) -> list[Check]:
    """Check a bundle; with a head copied from a paper or a mail also that it is the bundle of that paper.

    Without `signatures` the votes of a secret ballot can't be checked, and that check fails.
    """
    checks = [_check(name, faults, *words) for name, faults, words in _looked(bundle, signatures)]
    if head is not None:
        same = head == bundle["head"]
        faults = [] if same else [("head", f"The file's head is {bundle['head']}, not the one you gave.")]
        checks.append(_check("head", faults, *_HEAD))
    return checks


def _looked(
    bundle: Bundle, signatures: Signatures | None
) -> Iterator[tuple[str, list[tuple[str, str]], tuple[str, str, str]]]:
    """Give each check's name, the faults it found, and its words; a secret ballot has more checks and other words."""
    for name, (look, *words) in _CHECKS.items():
        said = _SECRET_WORDS.get(name) if bundle.is_secret else None
        yield name, list(look(bundle)), said or (words[0], words[1], words[2])
        if name == "roll" and bundle.is_secret:
            for inner, (test, proves, does_not_prove, where) in _SECRET_CHECKS.items():
                yield inner, list(test(bundle, signatures)), (proves, does_not_prove, where)


def _check(name: str, faults: list[tuple[str, str]], proves: str, does_not_prove: str, where: str) -> Check:
    if not faults:
        return Check(name, True, proves, does_not_prove, where)
    says = [sentence for _where, sentence in faults[:_SHOWN]]
    if len(faults) > _SHOWN:
        says.append(f"And {len(faults) - _SHOWN} more.")
    return Check(name, False, f"Nothing. {' '.join(says)}", does_not_prove, faults[0][0])


def _opening(bundle: Bundle) -> Faults:
    found, told = sha256_of(bundle.opened), bundle.opening["opening_sha256"]
    if found != told:
        what = "Ballot, rule, constitution, options, roll and keys"
        yield "events[0].facts", f"{what} hash to {_cut(found)}, but the opening event says {_cut(told)}."


def _closing(bundle: Bundle) -> Faults:
    found, told = sha256_of(bundle.closed), bundle.closing["closing_sha256"]
    if found != told:
        what = "Votes, marks of those who voted, and seed"
        yield "events[1].facts", f"{what} hash to {_cut(found)}, but the closing event says {_cut(told)}."


def _events(bundle: Bundle) -> Faults:
    opening, closing, ballot = bundle.opening_event, bundle.closing_event, bundle.ballot
    subject = f"ballot {ballot['id'].rpartition('/')[2]}"
    opens_at, closes_at = instant(ballot["opens_at"]), instant(ballot["closes_at"])
    opened, sealed = bundle.opening, bundle.closing
    facts = [
        (
            sha256_of(opening) == sealed["opening_event_sha256"],
            "events[0]",
            "The closing event names another opening event than this.",
        ),
        (opening["verb"] == "opened", "events[0].verb", "The first event opens nothing."),
        (closing["verb"] == "sealed", "events[1].verb", "The second event seals nothing."),
        (opening["subject"] == subject, "events[0].subject", "The opening event is of another ballot."),
        (closing["subject"] == subject, "events[1].subject", "The closing event is of another ballot."),
        (
            opening["organisation"] == closing["organisation"],
            "events[1].organisation",
            "The two events are of two organisations.",
        ),
        (opening["id"] < closing["id"], "events[1].id", "The closing event was recorded before the opening."),
        (
            opens_at <= instant(opening["at"]) < closes_at,
            "events[0].at",
            "The ballot was not opened within its voting time.",
        ),
        (
            instant(closing["at"]) >= closes_at,
            "events[1].at",
            "The votes were sealed before voting closed.",
        ),
        (
            instant(opened["closes_at"]) == closes_at,
            "events[0].facts.closes_at",
            "The opening event promised another closing.",
        ),
        (
            opened["eligible"] == len(bundle.roll),
            "events[0].facts.eligible",
            f"The opening event counted {opened['eligible']} on the roll, the file {len(bundle.roll)}.",
        ),
        (
            opened["version"] == bundle.rule["version"],
            "events[0].facts.version",
            "The opening event names another version of the constitution.",
        ),
        (
            sealed["votes"] == bundle.voters,
            "events[1].facts.votes",
            f"The closing event counted {sealed['votes']} voters, the file {bundle.voters}.",
        ),
    ]
    yield from ((where, says) for ok, where, says in facts if not ok)


def _chain(bundle: Bundle) -> Faults:
    found = event_hash(bundle.previous, bundle.closing_event)
    if found != bundle["head"]:
        yield "head", f"The closing event and the link before it hash to {_cut(found)}, which isn't the head."


def _roll(bundle: Bundle) -> Faults:
    seen: set[str] = set()
    if bundle.is_unopposed and bundle.roll:
        yield "roll", "Somebody stands on the roll of an election without a vote."
    if not bundle.roll and not bundle.is_unopposed:
        yield "roll", "Nobody stands on the roll."
    for place, entry in enumerate(bundle.roll):
        if entry["member"] in seen:
            yield f"roll[{place}].member", f"The mark {_cut(entry['member'])} stands on the roll twice."
        if entry["weight"] < 1:
            yield f"roll[{place}].weight", "A vote weighs less than one."
        if entry["issued"] and "struck" in entry:
            yield f"roll[{place}].struck", "One member voted through the browser and on paper."
        seen.add(entry["member"])
    yield from faults_of_weights(bundle)


def _seed(bundle: Bundle) -> Faults:
    if hashlib.sha256(bytes.fromhex(bundle["seed"])).hexdigest() != bundle.opening["seed_sha256"]:
        yield "seed", "The seed is not the one that was fixed when the ballot opened."
    if bundle["seed"] != bundle.closing["seed"]:
        yield "seed", "The closing event tells another seed."


def _cut(digest: str) -> str:
    return f"{digest[:12]}…"


_CHECKS: dict[str, tuple[Callable[[Bundle], Faults], str, str, str]] = {
    "opening": (
        _opening,
        "Ballot, rule, constitution, options, roll and keys are those the opening event put its hash on.",
        "That everybody who may vote stood on the roll. Each member can look for their own mark in it.",
        "events[0].facts.opening_sha256",
    ),
    "rule": (
        faults_of_rule,
        "Method, majority, quorum and voting period are those of the provisions frozen with the ballot.",
        "That these provisions stand in the constitution. Its page shows the text and the SHA-256.",
        "rule, constitution, ballot",
    ),
    "roll": (
        _roll,
        (
            "Nobody stands on the roll twice or voted in two ways, and every vote weighs what the rule gives its "
            "class."
        ),
        "That each mark is a member. The marks can't be turned back into names.",
        "roll",
    ),
    "votes": (
        faults_of_votes,
        "There are as many votes as the marked members of the roll could give, each one the paper allows.",
        "That a vote is as its voter cast it, or as it stood on paper. Each can look for their own open vote.",
        "votes, roll[].issued, roll[].struck",
    ),
    "closing": (
        _closing,
        "Votes, the marks of those who voted, and the seed are those the closing event put its hash on.",
        "That no vote was changed before the closing event: whoever holds the database could have.",
        "events[1].facts.closing_sha256",
    ),
    "seed": (
        _seed,
        "The seed for lots was fixed before the first vote, so nobody could choose it to suit the votes.",
        "That it was drawn at random.",
        "seed, events[0].facts.seed_sha256",
    ),
    "events": (
        _events,
        "The closing event names this opening event; both are of this ballot and came at their time.",
        "Who stood behind the actor's name, or that the server's clock was right.",
        "events",
    ),
    "chain": (
        _chain,
        "The closing event, and with it all the above, goes into the head.",
        "That this is the head others were given: a file re-made as a whole would pass. Only --head tells.",
        "events[1].previous, head",
    ),
    "result": (
        faults_of_result,
        "Counting these votes again by this rule gives this result, every round of it, to the last digit.",
        "That the votes are the ones cast: see votes and closing.",
        "result",
    ),
    "decision": (
        faults_of_decision,
        "Outcome and reasoning follow from the count; number and day are those of the closing event.",
        "That the decision was carried out.",
        "decision",
    ),
}
_SECRET_CHECKS: dict[str, tuple[Callable[[Bundle, Signatures | None], Faults], str, str, str]] = {
    "keys": (
        faults_of_keys,
        "Every class of the roll has one key, and all votes of a class weigh the same.",
        "That these are the keys members were given. Compare their fingerprint with the one in the notice.",
        "keys, receipt_key",
    ),
    "tokens": (
        faults_of_tokens,
        "Every vote has a token signed for this ballot, class and serial by a key fixed before voting.",
        "That each token went to a member: whoever held the key could use tokens that members left unused.",
        "votes[].token, keys",
    ),
    "signed": (
        faults_of_signatures,
        "Every vote is signed by the serial it stands under, so nobody but that voter's device made it.",
        "That no vote was left out. A voter can look for their serial.",
        "votes[].sig",
    ),
}
_SECRET_WORDS = {
    "votes": (
        "Each serial votes once, no class has more votes than tokens issued, each vote is one the paper allows.",
        "Which member a vote is of: nobody can say that. A voter can look for their serial.",
        "votes, roll[].issued",
    ),
    "closing": (
        "Votes, the marks of those issued a token, and the seed are those the closing event put its hash on.",
        "That no vote was left out before the closing event. A voter can look for their serial.",
        "events[1].facts.closing_sha256",
    ),
}
_HEAD = (
    "This file is the one whose head you gave: whoever changed anything in it would have another head.",
    "That the paper you copied the head from is genuine. Compare it with another member's.",
    "head",
)
