from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import Email, InputRequired, Length, ValidationError

from coop.gateways.passwords import PRACTICE_PASSWORD
from coop.services.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD


def tidy(value: Any) -> Any:
    """What was typed, without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def email_field(label: Any) -> EmailField:
    return EmailField(
        label,
        filters=[tidy],
        validators=[
            InputRequired(_l("Enter your e-mail address.")),
            Length(max=254, message=_l("An e-mail address has at most %(max)d characters.")),
            Email(_l("Enter an e-mail address in the form name@example.org.")),
        ],
    )


class SignInForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"),
        filters=[tidy],
        validators=[
            InputRequired(_l("Enter your e-mail address.")),
            Length(max=254, message=_l("An e-mail address has at most %(max)d characters.")),
        ],
    )
    password = PasswordField(
        _l("Password"),
        validators=[
            InputRequired(_l("Enter your password.")),
            Length(max=LONGEST_PASSWORD, message=_l("A password has at most %(max)d characters.")),
        ],
    )


class LinkForm(FlaskForm):
    email = email_field(_l("E-mail address"))


class OpenLinkForm(FlaskForm):
    pass


def refuse_practice_password(_form: FlaskForm, field: PasswordField) -> None:
    """In production nobody takes the password that the practice co-op prints for everyone."""
    if current_app.config["COOP"].production and field.data == PRACTICE_PASSWORD:
        raise ValidationError(_("Everyone knows this password from the practice co-op. Choose another one."))


class NewPasswordForm(FlaskForm):
    password = PasswordField(
        _l("New password"),
        description=_l(
            "At least %(least)d characters. Several words are easier to keep than signs.",
            least=SHORTEST_PASSWORD,
        ),
        validators=[
            InputRequired(_l("Enter a new password.")),
            Length(min=SHORTEST_PASSWORD, message=_l("A password has at least %(min)d characters.")),
            Length(max=LONGEST_PASSWORD, message=_l("A password has at most %(max)d characters.")),
            refuse_practice_password,
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(
        _l("Current password"), validators=[InputRequired(_l("Enter your current password."))]
    )
