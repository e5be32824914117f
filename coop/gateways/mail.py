"""Letters leave here: by SMTP where it is configured, else as files that the demonstration can show."""

import hashlib
import os
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

SECONDS_TO_WAIT = 20
_SCHEMES = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("none", 25)}


class MailDelayed(Exception):  # noqa: N818 - it says what happened to the letter
    """The post could not be reached or asked to come again; trying later may help."""


class MailUnreachable(MailDelayed):
    """No letter at all leaves just now, so the others need not be tried."""


class MailRefused(Exception):  # noqa: N818
    """The post will never take this letter, so trying again is useless."""


@dataclass(frozen=True)
class Letter:
    """One mail to one address; equal keys give equal Message-IDs, so a second copy can be recognised."""

    key: str
    sender: str
    recipient: str
    subject: str
    text: str
    written_at: datetime
    sender_name: str = ""
    language: str = "en"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class KeptLetter:
    """A letter that was written to a file instead of being sent."""

    name: str
    recipient: str
    sender: str
    subject: str
    text: str
    date: str


class Post(Protocol):
    def deliver(self, letter: Letter) -> None: ...


class SmtpPost:
    """Hands each letter to a mail server, one conversation a letter."""

    def __init__(
        self, host: str, port: int, *, user: str = "", password: str = "", security: str = "starttls"
    ) -> None:
        self.host, self.port = host, port
        self.user, self.password = user, password
        self.security = security  # "starttls", "tls" or "none"

    def deliver(self, letter: Letter) -> None:
        """Send now; raises MailDelayed or MailRefused, never anything that carries an address."""
        message = message_of(letter)
        server = self._connection()
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            codes = [code for code, _answer in refusal.recipients.values()]
            raise _complaint(max(codes, default=550)) from None
        except smtplib.SMTPSenderRefused as refusal:
            raise MailDelayed(f"The mail server does not let us send ({refusal.smtp_code}).") from None
        except smtplib.SMTPResponseException as refusal:
            raise _complaint(refusal.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise MailRefused("The mail server cannot take what this letter or its address needs.") from None
        except (smtplib.SMTPException, OSError) as trouble:
            raise MailDelayed(f"The mail server broke off ({type(trouble).__name__}).") from None
        finally:
            _say_goodbye(server)

    def _connection(self) -> smtplib.SMTP:
        """A conversation begun; whatever goes wrong here goes wrong for every letter."""
        server: smtplib.SMTP | None = None
        try:
            if self.security == "tls":
                server = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=SECONDS_TO_WAIT, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=SECONDS_TO_WAIT)
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as trouble:
            if server is not None:
                server.close()
            raise MailUnreachable(
                f"The mail server could not be reached ({type(trouble).__name__})."
            ) from None
        return server


def _say_goodbye(server: smtplib.SMTP) -> None:
    """End the conversation; a letter that was taken stays taken, however the parting goes."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


class FilePost:
    """Keeps each letter as a file, for a copy of the program that has no mail server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, letter: Letter) -> None:
        """Write the letter whole or not at all; the same key writes the same file again."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self.folder / f"{letter.written_at:%Y%m%dT%H%M%S}-{letter.digest}.eml"
        draft = target.with_suffix(".part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message_of(letter).as_bytes())
        draft.replace(target)


def post_of(mail_url: str, folder: Path) -> Post:
    """The post that a setting names, such as smtp://user:password@mail.example:587; without one, files.

    smtp:// insists on STARTTLS, smtps:// speaks TLS from the first byte, and smtp+plain:// trusts the line,
    which is for a relay on the same machine.
    """
    if not mail_url:
        return FilePost(folder)
    url = urlsplit(mail_url)
    security, port = _SCHEMES.get(url.scheme, ("", 0))
    if not security or not url.hostname:
        raise ValueError(
            "The address of the mail server must look like smtp://user:password@mail.example:587."
        )
    return SmtpPost(
        url.hostname,
        url.port or port,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        security=security,
    )


def mail_folder(instance: Path) -> Path:
    return instance / "mail"


def message_of(letter: Letter) -> EmailMessage:
    """The letter as the wire wants it; an address or subject with a line break in it is refused."""
    domain = letter.sender.rpartition("@")[2] or "localhost"
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(letter.sender_name, addr_spec=letter.sender)
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
    except (ValueError, IndexError) as problem:
        raise MailRefused(
            "The address or the subject of this letter is not one a letter can carry."
        ) from problem
    if message["To"].defects or len(message["To"].addresses) != 1:
        raise MailRefused("The address of this letter is not one a letter can carry.")
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.digest}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    message.set_content(letter.text)
    return message


def kept_letters(folder: Path) -> list[str]:
    """The names of the letters kept as files, newest first."""
    return sorted((path.name for path in folder.glob("*.eml")), reverse=True)


def read_letter(folder: Path, name: str) -> KeptLetter | None:
    """The letter of that name, or None where there is none."""
    if Path(name).name != name or not name.endswith(".eml") or not (folder / name).is_file():
        return None
    message = BytesParser(policy=SMTP).parsebytes((folder / name).read_bytes())
    body = message.get_body(("plain",))
    return KeptLetter(
        name=name,
        recipient=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        text=body.get_content().replace("\r\n", "\n") if body else "",
        date=str(message["Date"]),
    )


def _complaint(code: int) -> Exception:
    if code >= 500:
        return MailRefused(f"The mail server refused this letter for good ({code}).")
    return MailDelayed(f"The mail server asked to come again later ({code}).")
