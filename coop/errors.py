"""What can be wrong, said to a person; `coop.doors` gives each its page."""


class Refusal(Exception):  # noqa: N818 - it is a sentence to a member, not a fault of the program
    """A deed that may not be done now: 409 and the sentence, which says what to do next."""


class Forbidden(Exception):  # noqa: N818
    """The actor may not do this: 403."""


class Missing(Exception):  # noqa: N818
    """There is no such thing here, or it belongs to another organisation: 404."""


class Unreadable(Exception):  # noqa: N818
    """A file that cannot be read at all; the sentence names the line or element: 422."""


class TooManyAttempts(Exception):  # noqa: N818
    """Too many failed attempts: 429 and when to try again."""
