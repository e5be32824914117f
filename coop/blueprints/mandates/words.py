"""What instructions, acts and verdicts are called."""

from flask_babel import gettext as _


def how_words() -> dict[str, str]:
    return {
        "for": _("Vote for"),
        "against": _("Vote against"),
        "abstain": _("Abstain"),
        "raise": _("Raise the matter"),
    }


def act_words() -> dict[str, str]:
    return {
        "for": _("voted for"),
        "against": _("voted against"),
        "abstained": _("abstained"),
        "raised": _("raised it"),
        "not-raised": _("did not raise it"),
        "absent": _("was absent"),
        "unrecorded": _("not on record yet"),
    }


def verdict_words() -> dict[str, tuple[str, str]]:
    """The words of a verdict and the kind of its pill."""
    return {
        "kept": (_("kept"), ""),
        "not kept": (_("not kept"), "harm"),
        "absent": (_("absent: no breach"), "quiet"),
        "open": (_("open"), "wait"),
        "free": (_("not bound"), "quiet"),
    }


def stage_words() -> dict[str, tuple[str, str]]:
    """The words of the stage of a mandate or a position, and the kind of its pill."""
    return {
        "coming": (_("begins later"), "wait"),
        "current": (_("in force"), ""),
        "ended": (_("ended"), "quiet"),
        "void": (_("void"), "harm"),
        "holds": (_("holds"), ""),
        "overdue": (_("review overdue"), "wait"),
        "superseded": (_("replaced"), "quiet"),
    }
