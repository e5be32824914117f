"""How the constitution in force admits members, and what it has them declare."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Organisation
from coop.services import constitution


@dataclass(frozen=True)
class Way:
    """Who admits: "officer", "open", "sponsors" or "ballot"; `article` is what an admission names."""

    kind: str
    sponsors: int
    article: str
    days: str  # how long an answer usually takes
    version: ConstitutionVersion | None

    @property
    def version_id(self) -> int | None:
        return self.version.id if self.version else None

    @property
    def source(self) -> str:
        """By what it is so: article 7, or the constitution."""
        return named(self.article) or str(_("the constitution"))

    def said(self) -> str:
        """Say to whoever asks to join what follows."""
        return str(
            {
                "officer": _(
                    "The secretary reads it and answers. An answer usually takes %(days)s.", days=self.days
                ),
                "open": _("Whoever declares this is a member once the address is confirmed."),
                "sponsors": ngettext(
                    "%(num)d member must sponsor you; with that you are admitted.",
                    "%(num)d members must sponsor you; with the last of them you are admitted.",
                    self.sponsors,
                ),
                "ballot": _("The members vote on it. An answer usually takes %(days)s.", days=self.days),
            }[self.kind]
        )


def named(articles: str) -> str:
    """Say which articles: “article 7”, “articles 7, 8”."""
    if not articles:
        return ""
    return str(_("articles %(list)s", list=articles) if "," in articles else _("article %(n)s", n=articles))


def way_of(organisation: Organisation, now: datetime) -> Way:
    """Look up how members are admitted today; before a constitution is in force the founders admit."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        return Way("officer", 0, "", "", None)
    return way_under(version)


def way_under(version: ConstitutionVersion) -> Way:
    """Look up how members are admitted under a version."""
    admission = constitution.rule(version, "membership.admission")
    sponsors = constitution.rule(version, "membership.sponsors")
    days = constitution.rule(version, "membership.admission_time").spelled
    named = [admission.article] + ([sponsors.article] if admission.value == "sponsors" else [])
    article = ", ".join(dict.fromkeys(one for one in named if one))
    return Way(admission.value, sponsors.value.n, article, days, version)


def declared(version: ConstitutionVersion) -> list[dict[str, str | int]]:
    """List what everyone declares who applies: `[{"text", "article", "version"}]`."""
    listed = constitution.rule(version, "membership.declarations")
    age = constitution.rule(version, "membership.minimum_age")
    said = [(text, listed.article) for text in listed.value]
    if age.value.n:
        said.append((str(_("I am at least %(age)d years old", age=age.value.n)), age.article))
    return [{"text": text, "article": article, "version": version.number} for text, article in said]
