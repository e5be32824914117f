"""Letters leave by a real SMTP conversation, or as files."""

import socket
import stat
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from coop.gateways import mail

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def letter(**changes):
    values = {
        "key": "welcome:7",
        "sender": "post@coop.example",
        "recipient": "amina@members.example",
        "subject": "Please confirm your address",
        "text": "Dear Amina,\n\nwelcome – with umlauts: äöü.\n\n.\nA line with one dot above.\n",
        "written_at": NOON,
    }
    return mail.Letter(**(values | changes))


class Inbox:
    """A mail server's side of the conversation."""

    def __init__(self):
        self.envelopes = []
        self.answer = {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if "RCPT" in self.answer:
            return self.answer["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if "DATA" in self.answer:
            return self.answer["DATA"]
        self.envelopes.append(envelope)
        return "250 taken"


@pytest.fixture
def inbox():
    return Inbox()


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@pytest.fixture
def server(inbox):
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def plain(server):
    return mail.SmtpPost("127.0.0.1", server.port, security="none")


def test_a_letter_reaches_the_mail_server_whole(server, inbox):
    plain(server).deliver(letter())

    [envelope] = inbox.envelopes
    assert envelope.mail_from == "post@coop.example"
    assert envelope.rcpt_tos == ["amina@members.example"]
    message = mail.BytesParser(policy=mail.SMTP).parsebytes(envelope.content)
    assert message["Subject"] == "Please confirm your address"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == letter().text


def test_two_copies_of_one_letter_carry_the_same_message_id_and_another_letter_a_different_one(server, inbox):
    for key in ("welcome:7", "welcome:7", "welcome:8"):
        plain(server).deliver(letter(key=key))
    ids = [mail.BytesParser(policy=mail.SMTP).parsebytes(e.content)["Message-ID"] for e in inbox.envelopes]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("RCPT", "550 no such person", mail.MailRefused),
        ("RCPT", "450 mailbox busy", mail.MailDelayed),
        ("RCPT", "499 busy", mail.MailDelayed),
        ("RCPT", "500 what", mail.MailRefused),
        ("DATA", "554 spam", mail.MailRefused),
        ("DATA", "451 come again", mail.MailDelayed),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now_without_naming_the_person(
    server, inbox, step, answer, outcome
):
    inbox.answer[step] = answer
    with pytest.raises(outcome) as complaint:
        plain(server).deliver(letter())
    assert "amina" not in str(complaint.value)


def test_a_mail_server_that_is_not_there_delays_the_letter():
    with pytest.raises(mail.MailUnreachable):
        mail.SmtpPost("127.0.0.1", free_port(), security="none").deliver(letter())


def test_a_server_that_offers_no_encryption_gets_neither_letter_nor_password(server, inbox):
    with pytest.raises(mail.MailUnreachable):
        mail.SmtpPost("127.0.0.1", server.port, user="coop", password="secret").deliver(letter())
    assert inbox.envelopes == []


class Hasty(Inbox):
    """Takes the letter and hangs up instead of parting."""

    async def handle_QUIT(self, _server, _session, _envelope):  # noqa: N802
        return "500 go away"


def test_a_letter_that_was_taken_stays_taken_however_the_parting_goes():
    inbox = Hasty()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        plain(controller).deliver(letter())
    finally:
        controller.stop()
    assert len(inbox.envelopes) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "arrives"), [("right", 1), ("wrong", 0)])
def test_the_configured_name_and_password_are_used(inbox, password, arrives):
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=check,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    try:
        post = mail.SmtpPost("127.0.0.1", controller.port, user="coop", password=password, security="none")
        if arrives:
            post.deliver(letter())
        else:
            with pytest.raises(mail.MailUnreachable):
                post.deliver(letter())
    finally:
        controller.stop()
    assert len(inbox.envelopes) == arrives


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "a@b.example\r\nBcc: everyone@b.example"},
        {"subject": "Hello\nBcc: everyone@b.example"},
        {"recipient": "a@b.example, c@d.example"},
        {"recipient": ""},
        {"recipient": "no address"},
    ],
)
def test_nobody_smuggles_a_header_or_a_second_reader_into_a_letter(changes):
    with pytest.raises(mail.MailRefused):
        mail.message_of(letter(**changes))


def test_without_a_mail_server_letters_are_files_only_their_owner_reads(tmp_path):
    post = mail.post_of("", mail.mail_folder(tmp_path))
    post.deliver(letter())
    [name] = mail.kept_letters(tmp_path / "mail")
    assert stat.S_IMODE((tmp_path / "mail" / name).stat().st_mode) == 0o600
    kept = mail.read_letter(tmp_path / "mail", name)
    assert (kept.recipient, kept.subject, kept.text) == (
        "amina@members.example",
        "Please confirm your address",
        letter().text,
    )


def test_delivering_one_letter_twice_leaves_one_file(tmp_path):
    for _ in range(2):
        mail.FilePost(tmp_path).deliver(letter())
    assert len(mail.kept_letters(tmp_path)) == 1


def test_kept_letters_are_listed_newest_first(tmp_path):
    for hour in (9, 11, 10):
        mail.FilePost(tmp_path).deliver(
            letter(key=str(hour), subject=str(hour), written_at=NOON.replace(hour=hour))
        )
    assert [mail.read_letter(tmp_path, name).subject for name in mail.kept_letters(tmp_path)] == [
        "11",
        "10",
        "9",
    ]


@pytest.mark.parametrize("name", ["../secret.eml", "missing.eml", "", "/etc/passwd"])
def test_only_kept_letters_can_be_read(tmp_path, name):
    (tmp_path / "mail").mkdir()
    (tmp_path / "secret.eml").write_text("Subject: x\n\nsecret")
    assert mail.read_letter(tmp_path / "mail", name) is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtp://coop:p%40ss@smtp.example", ("smtp.example", 587, "coop", "p@ss", "starttls")),
        ("smtp://smtp.example:2525", ("smtp.example", 2525, "", "", "starttls")),
        ("smtps://coop:secret@smtp.example", ("smtp.example", 465, "coop", "secret", "tls")),
        ("smtp+plain://localhost", ("localhost", 25, "", "", "none")),
    ],
)
def test_a_configured_mail_server_is_used_with_encryption_unless_told_otherwise(tmp_path, url, told):
    post = mail.post_of(url, tmp_path)
    assert (post.host, post.port, post.user, post.password, post.security) == told


@pytest.mark.parametrize("url", ["smtp.example", "http://smtp.example", "smtp://"])
def test_an_address_that_names_no_mail_server_is_refused_without_repeating_its_secrets(tmp_path, url):
    with pytest.raises(ValueError, match="must look like"):
        mail.post_of(url, tmp_path)
