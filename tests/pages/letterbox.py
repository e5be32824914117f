"""What a member finds in their mail: the letters of a test, and the link in each."""

import re

from coop import background
from coop.extensions import db
from coop.gateways import mail


def letters(app):
    """Everything sent so far, newest first."""
    with app.app_context():
        background.send_mail(app)
        db.session.remove()
    folder = mail.mail_folder(app.config["COOP"].instance)
    return [mail.read_letter(folder, name) for name in mail.kept_letters(folder)]


def letter_to(app, recipient, subject=""):
    return next(one for one in letters(app) if one.recipient == recipient and subject in one.subject)


def link_in(letter):
    """The path of the first link of a letter."""
    return re.search(r"http://127\.0\.0\.1:5000(\S+)", letter.text)[1]
