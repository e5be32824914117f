"""All tables, so that metadata is whole once this package is imported."""

from coop.models import (  # noqa: F401
    accounts,
    ballots,
    constitution,
    dues,
    mailings,
    mandates,
    meetings,
    members,
    motions,
    nominations,
    objections,
    organisations,
    petitions,
    positions,
    proxies,
    records,
    tellers,
    treasury,
    works,
)
