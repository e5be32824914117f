"""What a member types who wants other rules."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, FieldList, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as OptionalInput

from coop.rules.marking import Marked, join_marks
from coop.services import constitution


class ArticleForm(FlaskForm):
    """The words of one article, and the values behind the words in brackets."""

    article = StringField(
        _l("Number of the new article"),
        description=_l("One that is free. It follows the article with the next lower number."),
        validators=[InputRequired(_l("Give the new article a number.")), Length(max=9)],
    )
    text = TextAreaField(
        _l("What the article shall say"),
        validators=[
            InputRequired(_l("Write what the article shall say, or remove it.")),
            Length(max=constitution.LONGEST_ARTICLE, message=_l("This is too long for one article.")),
        ],
    )
    values = FieldList(StringField(validators=[Length(max=400)]))
    source = HiddenField()  # "1": the text holds its marks itself

    def body(self, marks: Sequence[Marked]) -> str:
        """Put words and values together; raises BadValue."""
        text = (self.text.data or "").replace("\r\n", "\n").replace("\r", "\n")
        return (
            text if self.source.data else join_marks(text, marks, [value or "" for value in self.values.data])
        )


class AboutForm(FlaskForm):
    title = StringField(
        _l("What is this change about?"),
        description=_l("A few words, which become the title of the vote: “Longer notice of meetings”."),
        validators=[InputRequired(_l("Say in a few words what this change is about.")), Length(max=200)],
    )
    reasons = TextAreaField(
        _l("Why?"),
        description=_l("For the members who will read and vote."),
        validators=[OptionalInput(), Length(max=4000)],
    )


class FirstArticleForm(ArticleForm, AboutForm):
    """A change begins with its first article."""


class RegistrationForm(FlaskForm):
    registered_on = DateField(
        _l("Registered on"),
        description=_l("The day that stands on the regulator's notice."),
        validators=[InputRequired(_l("Write the day as in 2026-03-31."))],
    )


def stage_words() -> dict[str, tuple[str, str]]:
    """What has become of an amendment, with the kind of its pill."""
    return {
        "drafted": (_("draft"), "quiet"),
        "seconding": (_("waits for seconders"), "wait"),
        "lapsed": (_("lapsed"), "quiet"),
        "handed in": (_("waits for the vote"), "wait"),
        "voting": (_("put to the vote"), "wait"),
        "passed": (_("passed"), ""),
        "lost": (_("not carried"), "quiet"),
        "stale": (_("carried, but overtaken"), "harm"),
        "withdrawn": (_("withdrawn"), "quiet"),
    }
