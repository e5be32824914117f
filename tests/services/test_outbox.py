"""The postman: at least once, never twice in normal running, and no letter holds up another."""

import threading
from datetime import timedelta

import pytest

from coop.extensions import db
from coop.gateways.mail import Letter, MailDelayed, MailRefused, MailUnreachable
from coop.models.accounts import SignInToken
from coop.models.records import OutboxMail
from coop.services import outbox, records
from coop.services.members.letters import Writer


class Postbox:
    """A post that remembers, and refuses where it is told to."""

    def __init__(self):
        self.letters, self.trouble = [], {}

    def deliver(self, letter):
        trouble = self.trouble.get(letter.key)
        if trouble:
            raise trouble
        self.letters.append(letter)

    @property
    def keys(self):
        return [letter.key for letter in self.letters]


def plain(row, now):
    return Letter(row.key, "coop@x.example", "a@x.example", "A letter", "Hello.", now)


@pytest.fixture
def post():
    return Postbox()


@pytest.fixture
def queue(context, deed, now):
    def put(*keys):
        for key in keys:
            deed(records.send, None, "sign-in-link", key, now)

    return put


def row(key):
    db.session.expire_all()
    return db.session.query(OutboxMail).filter_by(key=key).one()


def test_each_letter_is_sent_once(queue, post, now):
    queue("one", "two")
    assert outbox.deliver_waiting(post, plain, now).sent == 2
    assert outbox.deliver_waiting(post, plain, now + timedelta(days=1)).sent == 0
    assert post.keys == ["one", "two"]
    assert row("one").sent_at == now


def test_more_than_a_handful_goes_out_in_one_round(queue, post, now):
    queue(*(f"letter {n}" for n in range(45)))
    assert outbox.deliver_waiting(post, plain, now).sent == 45


def test_a_delayed_letter_is_tried_again_later_and_holds_up_no_other(queue, post, now):
    queue("slow", "quick")
    post.trouble["slow"] = MailDelayed("later")
    round_ = outbox.deliver_waiting(post, plain, now)
    assert (round_.sent, round_.delayed, post.keys) == (1, 1, ["quick"])
    assert outbox.deliver_waiting(post, plain, now + timedelta(seconds=59)).handled == 0

    post.trouble.clear()
    outbox.deliver_waiting(post, plain, now + timedelta(minutes=2))
    assert post.keys == ["quick", "slow"]


def test_no_other_letter_is_tried_while_the_mail_server_is_down_and_none_is_given_up(queue, post, now):
    queue("one", "two", "three")
    post.trouble["one"] = MailUnreachable("down")
    for attempt in range(1, 20):
        round_ = outbox.deliver_waiting(post, plain, now + timedelta(days=attempt))
        assert (round_.delayed, post.keys) == (3, [])
    post.trouble.clear()
    assert outbox.deliver_waiting(post, plain, now + timedelta(days=21)).sent == 3


def test_a_letter_refused_for_good_is_kept_with_the_reason(queue, post, now):
    queue("bad")
    post.trouble["bad"] = MailRefused("The mail server refused this letter for good (550).")
    assert outbox.deliver_waiting(post, plain, now).failed == 1
    assert "550" in row("bad").failed
    assert outbox.deliver_waiting(post, plain, now + timedelta(days=1)).handled == 0


def test_a_letter_is_given_up_after_twelve_attempts(queue, post, now):
    queue("slow")
    post.trouble["slow"] = MailDelayed("later")
    for attempt in range(1, 14):
        outbox.deliver_waiting(post, plain, now + timedelta(days=attempt))
    assert (row("slow").attempts, row("slow").failed) == (12, "later")


def test_a_template_at_fault_stops_no_other_letter(queue, post, now):
    queue("broken", "fine")

    def write(mail, moment):
        if mail.key == "broken":
            raise ZeroDivisionError
        return plain(mail, moment)

    round_ = outbox.deliver_waiting(post, write, now)
    assert (round_.sent, round_.failed, post.keys) == (1, 1, ["fine"])


def test_a_postman_who_dies_with_a_letter_in_hand_gives_it_back_after_the_lease(queue, post, now):
    queue("one")

    class Death(BaseException):
        pass

    post.trouble["one"] = Death()
    with pytest.raises(Death):
        outbox.deliver_waiting(post, plain, now)
    db.session.rollback()
    post.trouble.clear()
    assert outbox.deliver_waiting(post, plain, now + outbox.LEASE - timedelta(seconds=1)).sent == 0
    assert outbox.deliver_waiting(post, plain, now + outbox.LEASE).sent == 1


def test_two_postmen_at_once_send_each_letter_once(app, queue, post, now):
    queue(*(f"letter {n}" for n in range(40)))
    db.session.rollback()
    start = threading.Barrier(2)

    def go():
        with app.app_context():
            start.wait()
            outbox.deliver_waiting(post, plain, now)
            db.session.remove()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(post.keys) == sorted({f"letter {n}" for n in range(40)})


def test_a_link_is_minted_at_sending_and_the_outbox_never_holds_it(make, deed, post, now, context):
    person = make.person("ana@home.example")
    deed(records.send, None, "sign-in-link", "link", now, person_id=person.id)
    assert db.session.query(SignInToken).count() == 0

    outbox.deliver_waiting(post, Writer("https://coop.example", "coop@coop.example", show), now)
    [letter] = post.letters
    assert letter.recipient == "ana@home.example"
    assert letter.text.startswith("https://coop.example/sign-in/link/")
    assert row("link").ids == {}
    assert db.session.query(SignInToken).one().expires_at == now + timedelta(hours=1)


def show(template, values):
    return f"Subject: {template}\n\n{values['link']}"


def test_a_letter_with_a_path_leads_into_the_organisation(make, deed, post, now, context):
    organisation = make.organisation(text=None)
    membership = make.member(organisation, email="ana@home.example")
    deed(
        records.send, organisation, "notice", "notice:1", now, membership_id=membership.id, path="/meetings/3"
    )
    outbox.deliver_waiting(post, Writer("https://coop.example", "coop@coop.example", show), now)
    assert post.letters[0].text == "https://coop.example/pioneers/meetings/3\n"


def test_a_member_without_an_address_gets_no_letter_and_the_outbox_says_so(make, deed, post, now, context):
    organisation = make.organisation(text=None)
    membership = make.member(organisation)

    def forget():
        membership.email = ""
        db.session.get(type(membership.holders[0]), membership.holders[0].id).person_id = None

    deed(forget)
    deed(records.send, organisation, "notice", "notice:1", now, membership_id=membership.id, path="/")
    assert (
        outbox.deliver_waiting(post, Writer("https://coop.example", "coop@coop.example", show), now).failed
        == 1
    )
    assert row("notice:1").failed == "There is no address to send it to."
