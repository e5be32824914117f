"""How values are said: money, days, instants, in the reader's language and the organisation's zone."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask, g
from flask_babel import get_locale

from coop.access import GRANTS, Permission, may
from coop.rules.money import format_amount


def choose() -> str:
    """Return the organisation's language, else English."""
    organisation = g.get("organisation")
    return organisation.language if organisation else "en"


def day(value: date | None) -> str:
    return format_date(value, "d MMMM y", locale=_locale()) if value else ""


def instant(value: datetime | None, zone: str | None = None) -> str:
    """Say an instant as wall time, always with its zone: "3 May 2026, 18:00 (Madrid)"."""
    if value is None:
        return ""
    zone = zone or zone_here()
    local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'd MMMM y, HH:mm', locale=_locale())} ({city(zone)})"


def city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def zone_here() -> str:
    organisation = g.get("organisation")
    return organisation.zone if organisation else "UTC"


def money(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_amount(minor, currency)


def _locale() -> Any:
    return get_locale() or "en"


def teach(app: Flask) -> None:
    """Give the templates their filters and the question `may`."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(day=day, instant=instant, money=money, city=city)

    @app.context_processor
    def _words() -> dict[str, Any]:
        return {
            "may": lambda permission, thing: may(g.actor, Permission(permission), thing),
            "demo": app.config["COOP"].demo,
        }

    unknown = set(Permission) - set(GRANTS)
    if unknown:
        raise RuntimeError(f"Permissions without a row in GRANTS: {sorted(unknown)}")
