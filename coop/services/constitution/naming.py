"""What members call the bodies, offices and voting classes that a value is for."""

from collections.abc import Iterable

from flask_babel import gettext as _

from coop.models.organisations import Organisation
from coop.services import organisations


def names_of_scopes(organisation: Organisation, scopes: Iterable[str]) -> dict[str, str]:
    """What members call the bodies, offices and voting classes that these values are for."""
    scopes = set(scopes)
    names = {
        "body=assembly": _("general assembly"),
        "body=board": _("board"),
        "body=committee": _("committees"),
        "body=branch": _("branches"),
        "body=group": _("working groups"),
    }
    names |= {scope: scope.partition("=")[2] for scope in scopes if scope.startswith("class=")}
    unnamed = {scope.partition("=")[0] for scope in scopes - names.keys()}
    if "body" in unnamed:
        for body in organisations.bodies_of(organisation):
            names.setdefault(f"body={body.slug}", body.name)
    if "office" in unnamed:
        for office in organisations.offices_of(organisation):
            names.setdefault(f"office={office.kind}", office.title)
    return names
