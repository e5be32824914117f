"""Bundles made by hand, as the format says and without the program's own hashing; and a forger's tools."""

import copy
import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from coop.gateways.blind_signatures import new_class_key, new_receipt_key, sign_blinded
from coop.gateways.voter import Voter
from coop.rules.tally import METHODS
from coop.rules.tally.decide import decide_election, decide_motion
from coop.rules.tally.election import PaperKind

SEED = "5eed" * 16
NAMES = ["Ada", "Ben", "Cem", "Dora"]
RANKINGS = [[1, 2, 3], [1, 3], [2, 1], [3, 2, 1], [2], [4, 2], [4, 1]]
CHOICES = {
    PaperKind.RANKING: RANKINGS,
    PaperKind.APPROVAL: [sorted(ranking) for ranking in RANKINGS],
    PaperKind.CHOICE: [ranking[:1] for ranking in RANKINGS],
    PaperKind.SCORE: [[5, 3, None, 0], [4, 5, 1, 1], [0, 5, 5, None], [5, 4, 0, 0]],
}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def as_file(bundle):
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def motion(secrecy="open", choices=("for", "for", "for", "against", "abstain"), **rule):
    """A motion with eight on the roll, of whom the first vote."""
    frozen = {"majority": "> 1/2 of cast", "quorum": "1/4 of eligible", "tie": "lost"} | rule
    provisions = {
        "decision.ordinary.majority": frozen["majority"],
        "decision.ordinary.quorum": frozen["quorum"],
        "decision.tie": frozen["tie"],
    }
    options = ["for", "against", "abstain"]
    return _made("motion", secrecy, "motion", list(choices), options, frozen, provisions)


def election(method, choices=None, *, none=False):
    """A private election of one of four; `none`: one may vote for none of them."""
    choices = choices or CHOICES[METHODS[method].paper]
    frozen = {"method": method, "quorum": "0 of eligible", "seats": 1, "term_months": 12}
    provisions = {
        "election.method": method,
        "election.quorum": frozen["quorum"],
        "office.term": "12 months",
    }
    if none:
        frozen |= {"none": True, "none_article": "7"}
        provisions["election.none_of_these"] = "yes"
    options = [{"number": number, "name": name} for number, name in enumerate(NAMES, 1)]
    return _made("election", "private", method, choices, options, frozen, provisions)


def secret(bundle):
    """Make a private bundle a secret one: all but one of those issued a token vote, under serials."""
    made = copy.deepcopy(bundle)
    made["ballot"]["secrecy"] = "secret"
    class_key, receipt_key = keys_of_a_ballot()
    made["keys"], made["receipt_key"] = {"member": class_key[0]}, receipt_key[0]
    unissued = next(entry for entry in made["roll"] if not entry["issued"])
    made["roll"].append(unissued | {"member": sha256("another member")})
    unissued["issued"] = True  # a token that nobody cast
    made["votes"] = sorted((cast(choice) for choice in made["votes"]), key=lambda vote: vote["serial"])
    return forged(made)


def cast(choice, *, ballot_id="pioneers/3", voting_class="member"):
    """Vote as a member's device does, with a token by the ballot's key."""
    class_key, _receipt_key = keys_of_a_ballot()
    voter = Voter(ballot_id, voting_class, {voting_class: class_key[0]})
    voter.take(sign_blinded(class_key[1], voter.blinded))
    return {"class": voting_class} | voter.cast(choice)


@cache
def keys_of_a_ballot():
    """The class key and the receipt key, each a public JWK and a private DER."""
    return new_class_key(), new_receipt_key()


def told(bundle, choices, spoilt=0):
    """The same bundle, where others on the roll voted on paper besides."""
    others = [entry for entry in bundle["roll"] if not entry["issued"]]
    for entry in others[: len(choices) + spoilt]:
        entry["struck"] = True
    in_the_file = {
        "open": lambda choice: {"choice": choice},
        "private": lambda choice: choice,
        "secret": lambda choice: {"class": "member", "vote": canonical(choice)},
    }
    votes = [in_the_file[bundle["ballot"]["secrecy"]](choice) for choice in choices]
    bundle["votes"] = sorted(bundle["votes"] + votes, key=canonical)
    if spoilt:
        bundle["spoilt"] = {"member": spoilt}
    return forged(bundle)


def _made(kind, secrecy, method, choices, options, rule, provisions):
    opens = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    closes = opens + timedelta(days=7)
    marks = sorted(sha256(f"member {number}") for number in range(max(8, len(choices) + 1)))
    votes = list(choices)
    if secrecy == "open":
        votes = [{"member": mark, "choice": choice} for mark, choice in zip(marks, choices, strict=False)]
    event = {"organisation": 1, "actor": "program", "subject": "ballot 3", "personal": None}
    key = "election.voting_period" if kind == "election" else "decision.ordinary.voting_period"
    law = {"version": 2, "articles": ["4", "7"]}
    bundle = {
        "format": 1,
        "ballot": {
            "id": "pioneers/3",
            "title": "Buy a mill",
            "text": "The co-op buys the mill.",
            "kind": kind,
            "secrecy": secrecy,
            "method": method,
            "seats": 1,
            "opens_at": opens.isoformat(),
            "closes_at": closes.isoformat(),
            "zone": "Europe/Madrid",
        },
        "rule": {
            **rule,
            **law,
            "version_sha256": sha256("the constitution"),
            "period_days": 7,
            "cutoff_days": 90,
            "cutoff_article": "1",
            "paper_count_days": 3,
            "weights": {"classes": {"": 1}, "articles": {"": ""}, "members_per_vote": 0, "most_votes": 0},
            "proxies": {"limit": 0, "article": ""},
            "reminder_days": 2,
            "challenge_days": 14,
            "provisions": {
                **provisions,
                key: "7 days",
                "roll.cutoff": "90 days",
                "proxy.limit": "0",
                "ballot.reminder": "2 days",
                "ballot.challenge_period": "14 days",
            },
        },
        "constitution": {**law, "sha256": sha256("the constitution")},
        "options": options,
        "roll": [
            {"member": mark, "class": "member", "weight": 1, "issued": place < len(choices)}
            for place, mark in enumerate(marks)
        ],
        "keys": {},
        "receipt_key": None,
        "votes": sorted(votes, key=canonical),
        "result": {},
        "seed": SEED,
        "events": [
            {**event, "id": 10, "at": opens.isoformat(), "verb": "opened", "facts": ""},
            {
                **event,
                "id": 90,
                "at": (closes + timedelta(seconds=10)).isoformat(),
                "verb": "sealed",
                "facts": "",
                "previous": sha256("the link before"),
            },
        ],
        "decision": {"number": "2026/14", "outcome": "", "reasoning": "", "decided_on": ""},
        "head": "",
    }
    day = closes.astimezone(ZoneInfo("Europe/Madrid")).date()
    bundle["decision"]["decided_on"] = day.isoformat()
    return forged(bundle)


def forged(bundle):
    """Re-make a file as a whole, as somebody would who holds the database: count, hashes, events, head."""
    made = copy.deepcopy(bundle)
    rule, ballot, decision = made["rule"], made["ballot"], made["decision"]
    weights = {entry["member"]: entry["weight"] for entry in made["roll"]}
    votes = [_weighed(vote, made) for vote in made["votes"]]
    spoilt = sum(made.get("spoilt", {}).values())
    eligible, members, seed = sum(weights.values()), len(weights), bytes.fromhex(made["seed"])
    if ballot["kind"] == "motion":
        counted = decide_motion(rule, votes, eligible, seed, spoilt=spoilt, members=members)
    else:
        names = tuple(option["name"] for option in made["options"])
        counted = decide_election(
            rule,
            votes,
            eligible,
            seed,
            method=ballot["method"],
            names=names,
            seats=ballot["seats"],
            spoilt=spoilt,
            members=members,
        )
    made["result"] = counted.result
    decision["outcome"], decision["reasoning"] = counted.outcome, counted.reasoning

    opening, closing = made["events"]
    keys = ("format", "ballot", "rule", "constitution", "options", "keys", "receipt_key")
    roll = [{name: entry[name] for name in ("member", "class", "weight")} for entry in made["roll"]]
    issued = sorted(entry["member"] for entry in made["roll"] if entry["issued"])
    struck = sorted(entry["member"] for entry in made["roll"] if "struck" in entry)
    closed = {"votes": made["votes"], "issued": issued, "seed": made["seed"]}
    closed |= {"struck": struck} if struck else {}
    closed |= {"spoilt": made["spoilt"]} if "spoilt" in made else {}
    opening["facts"] = canonical(
        {
            "closes_at": ballot["closes_at"],
            "eligible": len(roll),
            "version": rule["version"],
            "opening_sha256": sha256(canonical({key: made[key] for key in keys} | {"roll": roll})),
            "seed_sha256": hashlib.sha256(seed).hexdigest(),
        }
    )
    closing["facts"] = canonical(
        {
            "decision": decision["number"],
            "decided_on": decision["decided_on"],
            "outcome": decision["outcome"],
            "votes": len(votes) + spoilt if ballot["secrecy"] == "secret" else len(issued) + len(struck),
            "opening_event_sha256": sha256(canonical(opening)),
            "closing_sha256": sha256(canonical(closed)),
            "seed": made["seed"],
        }
    )
    event = {name: closing[name] for name in closing if name != "previous"}
    made["head"] = sha256(closing["previous"] + canonical(event))
    return made


def _weighed(vote, bundle):
    secrecy = bundle["ballot"]["secrecy"]
    if secrecy == "private":
        return vote, 1
    name, value = ("member", vote.get("member")) if secrecy == "open" else ("class", vote["class"])
    weight = next((entry["weight"] for entry in bundle["roll"] if entry.get(name) == value), 1)
    return (vote["choice"] if secrecy == "open" else json.loads(vote["vote"])), weight


SEALED = {
    "open motion": motion,
    "private motion": lambda: motion("private"),
    "secret motion": cache(lambda: secret(motion("private"))),
    "secret election": cache(lambda: secret(election("scottish-stv"))),
    "open motion with papers": lambda: told(motion(), ["against"], spoilt=1),
    "private motion with papers": lambda: told(motion("private"), ["for", "against"]),
    "election with papers": lambda: told(election("irv", RANKINGS[:4]), [[2, 1], [3]], spoilt=1),
    "election with votes for none of these": lambda: election("irv", [*RANKINGS[:4], [], []], none=True),
    "motion tied, settled by lot": lambda: motion("private", ["for", "against"], tie="lot"),
    **{
        method: (lambda method=method: election(method))
        for method in ("irv", "scottish-stv", "schulze", "approval", "star")
    },
}
