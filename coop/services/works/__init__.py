"""Works: the library, who made them, who holds the rights, what everyone may do, what someone was granted."""

from coop.services.works.expressions import read_expression, written
from coop.services.works.granting import (
    Terms,
    decision_labels,
    decisions_to_name,
    offer_licence,
    record_grant,
    sources_of_grants,
)
from coop.services.works.library import (
    RESERVED,
    Search,
    Shelf,
    as_csv,
    authors_of,
    find,
    find_version,
    licence_of,
    licences_used,
    search_works,
    what_one_may,
)
from coop.services.works.register import KINDS, Author, NewFile, add_version, register_work

__all__ = [
    "KINDS",
    "RESERVED",
    "Author",
    "NewFile",
    "Search",
    "Shelf",
    "Terms",
    "add_version",
    "as_csv",
    "authors_of",
    "decision_labels",
    "decisions_to_name",
    "find",
    "find_version",
    "licence_of",
    "licences_used",
    "offer_licence",
    "read_expression",
    "record_grant",
    "register_work",
    "search_works",
    "sources_of_grants",
    "what_one_may",
    "written",
]
