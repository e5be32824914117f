from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from coop.rules.licences import LICENCES, OFFERED
from coop.services.works import KINDS

OTHER = "other"
NO_LICENCE = "reserved"


def kind_words() -> dict[str, str]:
    return {
        "text": _("Text"),
        "image": _("Image"),
        "music": _("Music"),
        "software": _("Software"),
        "design": _("Design"),
        "film": _("Film"),
        "data": _("Data"),
        "other": _("Something else"),
    }


def right_words() -> dict[str, str]:
    return {
        "reproduce": _("Copy it"),
        "distribute": _("Distribute copies"),
        "adapt": _("Adapt it"),
        "perform": _("Perform or show it in public"),
        "sublicense": _("Pass these rights on to others"),
    }


def exclusivity_words() -> dict[str, str]:
    return {
        "non-exclusive": _("Non-exclusive: others can get the same"),
        "sole": _("Sole: nobody else but the holder"),
        "exclusive": _("Exclusive: nobody else, not even the holder"),
    }


class Line(StringField):
    """One line of text, without signs that nobody can see."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data:
            self.data = "".join(sign if sign.isprintable() else " " for sign in self.data).strip()


class AuthorForm(Form):
    who = Line(_l("Author"), [Length(max=200)])
    share = Line(_l("Share"), [Length(max=40)])


class FileForm(FlaskForm):
    file = FileField(_l("File"), [Optional()])
    kept = HiddenField()  # a file that came with an earlier, incomplete sending


class VersionForm(FileForm):
    pass


class LicenceForm(FlaskForm):
    licence = SelectField(_l("Public licence"))
    expression = Line(
        _l("Other licence"),
        [Length(max=300)],
        description=_l(
            "An SPDX expression, such as MIT OR Apache-2.0, or LicenseRef- and a name for terms of your own."
        ),
    )

    reserved = False

    def __init__(self, **more: object) -> None:
        super().__init__(**more)
        named = [SelectChoice(key, f"{LICENCES[key].name} ({key})") for key in OFFERED]
        first = [SelectChoice("", _("Choose"))]
        if self.reserved:
            first += [SelectChoice(NO_LICENCE, _("None: all rights reserved"))]
        self.licence.choices = [*first, *named, SelectChoice(OTHER, _("Another one, written below"))]

    @property
    def chosen(self) -> str:
        """What was chosen, as an SPDX expression; empty where all rights are reserved."""
        if self.licence.data == OTHER:
            return self.expression.data or ""
        return "" if self.licence.data == NO_LICENCE else self.licence.data

    def validate_licence(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(
                _("Choose a licence, or keep all rights reserved.")
                if self.reserved
                else _("Choose a licence.")
            )

    def validate_expression(self, field: StringField) -> None:
        if self.licence.data == OTHER and not (field.data or "").strip():
            raise ValidationError(_("Write the licence, for example MIT OR Apache-2.0."))


class WorkForm(LicenceForm, FileForm):
    reserved = True

    title = Line(_l("Title"), [InputRequired(_l("Give the work a title.")), Length(max=200)])
    kind = SelectField(_l("Kind"), [InputRequired(_l("Choose what kind of work it is."))])
    description = TextAreaField(
        _l("What it is, in a few words"),
        [Optional(), Length(max=4000)],
        filters=[lambda text: text and text.replace("\0", "")],
    )
    authors = FieldList(FormField(AuthorForm), min_entries=1, max_entries=50)
    holder = RadioField(_l("Who holds the rights?"), [InputRequired(_l("Say who holds the rights."))])
    holder_name = Line(_l("Name of that holder"), [Optional(), Length(max=200)])
    source = Line(
        _l("How did the rights get there?"),
        [Optional(), Length(max=300)],
        description=_l("Only if the authors no longer hold them: the contract or decision, and its date."),
    )

    def __init__(self, organisation_name: str, **more: object) -> None:
        super().__init__(**more)
        self.kind.choices = [
            SelectChoice("", _("Choose")),
            *(SelectChoice(k, kind_words()[k]) for k in KINDS),
        ]
        self.holder.choices = [
            SelectChoice("authors", _("The authors, in their shares")),
            SelectChoice("organisation", organisation_name),
            SelectChoice("other", _("Somebody else")),
        ]


class GrantForm(FlaskForm):
    grantee = Line(_l("Who gets it?"), [InputRequired(_l("Name who gets the grant.")), Length(max=200)])
    rights = SelectMultipleField(
        _l("What may they do?"),
        [InputRequired(_l("Choose at least one thing that may be done with the work."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    exclusivity = RadioField(
        _l("May others get the same?"), [InputRequired(_l("Say whether others may get the same."))]
    )
    territory = Line(
        _l("Where?"),
        [Optional(), Length(max=400)],
        default="world",
        description=_l("“world”, or two-letter country codes like GB, IE."),
    )
    field = Line(
        _l("For what use?"),
        [Optional(), Length(max=120)],
        description=_l("Leave it empty for every use; “commercial” and “non-commercial” are understood."),
    )
    starts_on = DateField(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = DateField(
        _l("Last day"), [Optional()], description=_l("Leave it empty if the grant has no end.")
    )
    royalty = Line(_l("Royalty or price"), [Optional(), Length(max=400)])
    decision = SelectField(
        _l("Approved by decision"),
        description=_l("An exclusive grant needs one; the constitution says of which kind."),
    )
    settled = Line(
        _l("Questions settled"),
        [Optional(), Length(max=400)],
        description=_l("If there was something to ask first: who answered it, and how."),
    )

    def __init__(self, decisions: list[tuple[str, str]], **more: object) -> None:
        super().__init__(**more)
        self.rights.choices = [SelectChoice(key, words) for key, words in right_words().items()]
        self.exclusivity.choices = [SelectChoice(key, words) for key, words in exclusivity_words().items()]
        self.decision.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(key, words) for key, words in decisions),
        ]
