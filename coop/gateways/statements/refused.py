"""The refusal of a whole file."""


class Refused(Exception):  # noqa: N818 - the word people read
    """Nothing of the file is booked; the message is a sentence that names the line or element."""
