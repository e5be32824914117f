"""The photo of a candidate: taken from an upload, shown to members, removed by its owner."""

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms import FileField

from coop.access import Permission, requires
from coop.blueprints.ballots import bp
from coop.gateways import pictures
from coop.services import nominations
from coop.transaction import writing

# Nothing in a picture may act, wherever a browser opens it.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
KEPT_SECONDS = 3600  # by the member's own browser: a paper with thirty photos is opened more than once


def taken_photo(field: FileField) -> bytes | None:
    """Make the photo that came with a form ready to keep; what is wrong goes on the field."""
    upload = field.data
    if not upload or not getattr(upload, "filename", ""):
        return None
    try:
        return pictures.portrait(upload.stream)
    except pictures.TooLargeError:
        field.errors = [_("This photo is larger than 5 MB or 30 million pixels. Choose a smaller one.")]
    except pictures.TooSmallError:
        field.errors = [
            _("This photo is too small: it needs %(least)d pixels each way.", least=pictures.LEAST)
        ]
    except pictures.NotAPhotoError:
        field.errors = [_("This is no photo we can read. Choose a JPEG or PNG file.")]
    finally:
        upload.close()
    return None


def photo_addresses(photos: dict[int, nominations.Photo]) -> dict[int, str]:
    """Say where each photo is, by membership; another photo has another address."""
    return {
        membership_id: url_for("ballots.photo", number=one.call, member=one.member, v=one.sha256[:12])
        for membership_id, one in photos.items()
    }


@bp.get("/nominations/<int:number>/photos/<int:member>")
@requires(Permission.SEE_BALLOTS)
def photo(number: int, member: int) -> Response:
    """The photo of a candidate, for members only."""
    found = nominations.photo_bytes(nominations.find(g.organisation, number), member)
    answer = Response(found.jpeg, mimetype="image/jpeg")
    answer.headers["Content-Disposition"] = f'inline; filename="candidate-{member}.jpg"'
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    answer.set_etag(found.sha256)
    answer.make_conditional(request)
    return answer


@bp.post("/nominations/<int:number>/photo/remove")
@requires(Permission.ANSWER_NOMINATION)
def remove_photo(number: int) -> AnyResponse:
    with writing():
        nominations.remove_photo(nominations.find(g.organisation, number), g.organisation, g.actor, g.now)
    flash(_("Your photo is removed."))
    return redirect(url_for(".call", number=number))
