"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, Integer
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, aware on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs its zone: pass an aware datetime.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key() -> MappedColumn[int]:
    return mapped_column(Integer, primary_key=True)


def points_to(
    target: str, *, nullable: bool = False, index: bool = True, circle: bool = False, **more: Any
) -> MappedColumn[Any]:
    """A foreign key by the table's name, so that a lower subject can point upward without an import.

    `circle` says that the target leads back here: the constraint is then added after both tables.
    """
    return mapped_column(
        Integer, ForeignKey(f"{target}.id", use_alter=circle), nullable=nullable, index=index, **more
    )
