"""What kinds, choices and outcomes are called."""

from flask_babel import gettext as _


def class_words() -> dict[str, str]:
    return {
        "ordinary": _("Ordinary resolution"),
        "special": _("Special resolution"),
        "constitutional": _("Constitutional resolution"),
        "election": _("Election"),
        "recall": _("Recall"),
        "co-option": _("Co-option"),
        "confirmation": _("Confirmation of an emergency appointment"),
        "meeting-chair": _("Chair of a meeting"),
    }


def choice_words() -> dict[str, str]:
    return {"for": _("For"), "against": _("Against"), "abstain": _("Abstain")}


def none_of_these() -> str:
    """What a vote for none of the candidates is called, on the paper and wherever it is told."""
    return str(_("None of these"))


def way_words() -> dict[str, str]:
    """How votes come to a ballot."""
    return {
        "online": _("here"),
        "room": _("in the room"),
        "post": _("by post"),
        "paper": _("on paper"),
        "roll-call": _("called out"),
    }


def outcome_words() -> dict[str, str]:
    return {
        "carried": _("Carried"),
        "lost": _("Lost"),
        "inquorate": _("Lost for want of a quorum"),
        "elected": _("Elected"),
        "void": _("Void"),
    }


def measure_words(method: str) -> str:
    """What the first round of a method counts; "" where a drawing of it would say nothing."""
    preferences, points = _("First preferences"), _("Points")
    words = {
        "irv": preferences,
        "scottish-stv": preferences,
        "wigm-stv": preferences,
        "meek-stv": preferences,
        "plurality": _("Votes"),
        "approval": _("Approvals"),
        "borda": points,
        "score": points,
        "star": points,
    }
    return str(words.get(method, ""))
