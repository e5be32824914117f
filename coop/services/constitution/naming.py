"""What members call the bodies, offices and voting classes that a value is for, and the article that sets it."""

from collections.abc import Iterable

from flask_babel import gettext as _

from coop.extensions import db
from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Body, Organisation
from coop.services import organisations
from coop.services.constitution.reading import Rule, rule


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


def source_of(found: Rule) -> str:
    """Name the article a rule stands in, or that it was adopted as a default."""
    if found.article:
        return str(
            _("article %(article)s, version %(version)s", article=found.article, version=found.version_number)
        )
    return str(_("the default adopted with version %(version)s", version=found.version_number))


def source_under(version_id: int | None, key: str, body: Body | int | None = None) -> str:
    """Name where the version that a deed was made under sets a value."""
    version = db.session.get(ConstitutionVersion, version_id) if version_id else None
    if version is None:
        return str(_("the constitution"))
    where = db.session.get(Body, body) if isinstance(body, int) else body
    return source_of(rule(version, key, body=where))
