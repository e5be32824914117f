"""What kinds, choices and outcomes are called."""

from flask_babel import gettext as _


def class_words() -> dict[str, str]:
    return {
        "ordinary": _("Ordinary resolution"),
        "special": _("Special resolution"),
        "constitutional": _("Constitutional resolution"),
        "election": _("Election"),
    }


def choice_words() -> dict[str, str]:
    return {"for": _("For"), "against": _("Against"), "abstain": _("Abstain")}


def outcome_words() -> dict[str, str]:
    return {
        "carried": _("Carried"),
        "lost": _("Lost"),
        "inquorate": _("Lost for want of a quorum"),
        "elected": _("Elected"),
        "void": _("Void"),
    }
