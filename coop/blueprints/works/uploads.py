"""A file that was sent: kept before the deed, and still there if the form comes back for something else."""

from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from coop.blueprints.works.forms import FileForm
from coop.gateways import storage
from coop.services.works import NewFile


def folder() -> Path:
    """Where uploaded files lie."""
    return Path(current_app.config["COOP"].instance) / "files"


def take(form: FileForm) -> NewFile | None:
    """Store the file that came now, or find the one kept before; what is wrong goes on the form."""
    upload = form.file.data
    if not upload or not upload.filename:
        return _kept(form)
    try:
        stored = storage.keep(folder(), upload.stream)
    except storage.EmptyFileError:
        form.file.errors = [_("This file is empty: choose the one with the work in it.")]
        return None
    except storage.TooLargeError as too_large:
        most = too_large.most_bytes // 1024 // 1024
        form.file.errors = [
            _("This file is larger than %(most)s MB: make it smaller, or split it.", most=most)
        ]
        return None
    finally:
        upload.close()
    media_type = "".join(sign for sign in upload.mimetype if sign.isprintable())[:120]
    file = NewFile(stored.sha256, stored.size_bytes, storage.safe_name(upload.filename), media_type)
    form.kept.data = _serializer().dumps([file.sha256, file.size, file.name, file.media_type])
    return file


def _kept(form: FileForm) -> NewFile | None:
    try:
        sha256, size, name, media_type = _serializer().loads(form.kept.data or "")
    except (BadSignature, ValueError, TypeError):
        form.kept.data = ""
        return None
    if not storage.holds(folder(), sha256):
        return None
    return NewFile(sha256, size, name, media_type)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="kept file")
