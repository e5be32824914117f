"""The model constitutions that come with the program, filled in with an organisation's own answers."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "constitution_models"
NAME, ZONE, CURRENCY = "Example Co-operative", "Europe/Madrid", "EUR"


def model_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def model_text(model: str, *, name: str = NAME, zone: str = ZONE, currency: str = CURRENCY) -> str:
    """The text of a model for an organisation of that name, by those clocks and in that currency."""
    if model not in model_names():
        raise ValueError(model)
    text = (FOLDER / f"{model}.md").read_text(encoding="utf-8")
    return with_name(text, name).replace(ZONE, zone).replace(CURRENCY, currency)


def with_name(text: str, name: str) -> str:
    """Put a name in the place of the example's; whatever is in a name stays a name: no mark, no link."""
    if name == NAME:
        return text
    plain = re.sub(r"([\\`*_{}\[\]()#+\-.!<>|~])", r"\\\1", " ".join(name.split()))
    return text.replace(NAME, plain)
