import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from flask import current_app, render_template, request
from markupsafe import Markup, escape

from coop.blueprints.demo import bp
from coop.errors import Missing
from coop.gateways import mail as post

PAGE = 50
_LINK = re.compile(r"https?://[^\s<>]+")


@bp.get("/mail")
def mail() -> Any:
    folder = _folder()
    page = max(1, request.args.get("page", 1, type=int))
    names = post.kept_letters(folder)
    letters = [post.read_letter(folder, name) for name in names[(page - 1) * PAGE : page * PAGE]]
    pages = max(1, -(-len(names) // PAGE))
    return render_template("demo/mail.html", letters=letters, page=page, pages=pages)


@bp.get("/mail/<name>")
def read_mail(name: str) -> Any:
    letter = post.read_letter(_folder(), name)
    if letter is None:
        raise Missing
    return render_template("demo/letter.html", letter=letter, text=with_links(letter.text))


def with_links(text: str) -> Markup:
    """The text with its addresses as links, and everything else as it stands."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _folder() -> Path:
    """Where the practice copy keeps its mail; for anyone who does not sit at this machine there is none."""
    settings = current_app.config["COOP"]
    sends_itself = settings.production or settings.mail_url
    if not settings.demo or sends_itself or not _is_here(request.remote_addr) or not _is_asked_here():
        raise Missing
    return post.mail_folder(settings.instance)


def _is_asked_here() -> bool:
    """A name that a stranger's page made point at this machine is not this machine's."""
    return re.sub(r":[0-9]+$", "", request.host) in ("127.0.0.1", "localhost", "[::1]")


def _is_here(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
