"""The constitution on paper: its text, what the software makes of each article, and the defaults adopted."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from coop.gateways import markdown
from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Organisation
from coop.services import documents
from coop.services.constitution.reading import as_data

FORMAT = 1
Notes = Mapping[str, Sequence[Mapping[str, str]]]  # of each article, and "" for the defaults
_ONE_AT_A_TIME = Lock()  # anyone may ask for it, and setting it takes seconds


def set_on_paper(organisation: Organisation, version: ConstitutionVersion, notes: Notes) -> bytes:
    """A version as PDF, with its text and values attached; the same version and notes give the same bytes.

    A note has an anchor, a label, a value, a sentence and, in `set_by`, who set it.
    """
    with force_locale(organisation.language):
        title = _("Constitution")
    record = {
        "format": FORMAT,
        "kind": "constitution",
        "title": title,
        "lang": organisation.language,
        "organisation": {"name": organisation.name, "slug": organisation.slug},
        "dated": version.adopted_at.isoformat(),
        "constitution": as_data(version),
        "text": version.text,
        "notes": {article: [dict(note) for note in those] for article, those in notes.items()},
    }
    with _ONE_AT_A_TIME:
        return _set(json.dumps(record, sort_keys=True))


@lru_cache(maxsize=32)
def _set(text: str) -> bytes:
    record: dict[str, Any] = json.loads(text)
    anchors = {note["name"]: note["anchor"] for those in record["notes"].values() for note in those}
    pieces = markdown.render(record["text"], lambda mark: "#" + anchors.get(markdown.name_of(mark), ""))
    return documents.set_paper(record, datetime.fromisoformat(record["dated"]), pieces=pieces)[1]
