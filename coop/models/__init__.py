"""All tables, so that metadata is whole once this package is imported."""

from coop.models import (  # noqa: F401
    accounts,
    ballots,
    beginnings,
    constitution,
    dues,
    mailings,
    meetings,
    members,
    motions,
    nominations,
    objections,
    organisations,
    petitions,
    proxies,
    records,
    tellers,
    treasury,
    works,
)
