from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, EmailField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional


def tidy(value: Any) -> Any:
    """What was typed, without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def name_field() -> StringField:
    return StringField(
        _l("Your name"),
        filters=[tidy],
        validators=[
            InputRequired(_l("Enter your name.")),
            Length(max=200, message=_l("A name has at most %(max)d characters.")),
        ],
    )


class ApplicationForm(FlaskForm):
    """What is asked of an applicant: a name, a way to write, and the declarations of the constitution."""

    name = name_field()
    email = EmailField(
        _l("E-mail address"),
        filters=[tidy],
        validators=[
            InputRequired(_l("Enter your e-mail address.")),
            Length(max=254, message=_l("An e-mail address has at most %(max)d characters.")),
            Email(_l("Enter an e-mail address in the form name@example.org.")),
        ],
    )
    version = HiddenField()  # of the constitution whose declarations were shown

    @property
    def declarations(self) -> list[Any]:
        return [field for field in self if field.name.startswith("declare_")]


def application_form(declarations: Sequence[str], version: int, *, email: str = "") -> ApplicationForm:
    """A form with one box for each declaration; someone signed in is known by their own address."""
    boxes: dict[str, Any] = {
        f"declare_{n}": BooleanField(
            text, validators=[InputRequired(_l("Tick this to apply: “%(text)s”", text=text))]
        )
        for n, text in enumerate(declarations)
    }
    if email:
        boxes["email"] = None
    form: ApplicationForm = type("ApplicationFormHere", (ApplicationForm,), boxes)()
    if not form.version.data:
        form.version.data = str(version)
    return form


class RefuseForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason"),
        description=_l("The applicant reads this."),
        filters=[tidy],
        validators=[
            InputRequired(_l("Say why: the applicant reads the reason.")),
            Length(max=2000, message=_l("A reason has at most %(max)d characters.")),
        ],
    )


class ParticularsForm(FlaskForm):
    name = name_field()
    email = EmailField(
        _l("E-mail address"),
        description=_l("Where mail for you goes. The address you sign in with stays the same."),
        filters=[tidy],
        validators=[
            Optional(),
            Length(max=254, message=_l("An e-mail address has at most %(max)d characters.")),
            Email(_l("Enter an e-mail address in the form name@example.org.")),
        ],
    )
    postal_address = TextAreaField(
        _l("Postal address"),
        description=_l("Only needed if notices come by post."),
        filters=[tidy],
        validators=[Optional(), Length(max=500, message=_l("An address has at most %(max)d characters."))],
    )
    notices = RadioField(
        _l("How notices come"),
        choices=[SelectChoice("mail", _l("By e-mail")), SelectChoice("post", _l("By post"))],
        validators=[InputRequired(_l("Choose how notices come."))],
    )


class EventForm(FlaskForm):
    kind = RadioField(_l("What happened"), validators=[InputRequired(_l("Say what happened."))])
    on = DateField(
        _l("On which day"),
        validators=[InputRequired(_l("Give the day, as 2026-05-03."))],
    )
    note = TextAreaField(
        _l("Note"),
        description=_l(
            "It stays in the register for good, also after an erasure, so write only what the register needs. "
            "The member can read it; nobody outside can."
        ),
        filters=[tidy],
        validators=[Optional(), Length(max=500, message=_l("A note has at most %(max)d characters."))],
    )

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__()
        words = {"died": _l("Died"), "lapsed": _l("The membership lapsed"), "reinstated": _l("Came back")}
        self.kind.choices = [SelectChoice(kind, words[kind]) for kind in kinds]


class ImportForm(FlaskForm):
    file = FileField(
        _l("Table of members"),
        description=_l("A CSV file in UTF-8, of at most 15 MB."),
        validators=[FileRequired(_l("Choose a file."))],
    )


class ConfirmImportForm(FlaskForm):
    sha256 = HiddenField()
    welcome = BooleanField(_l("Send each of them a welcome mail with a link"))


class ConfirmForm(FlaskForm):
    """A page with one button and nothing to type."""
