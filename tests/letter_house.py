"""A co-op whose letters can be read: what waits is told to the voters and handed to a post that remembers."""

import pytest

from coop import background
from coop.extensions import db
from coop.services import ballots, outbox, records
from coop.services.members.letters import Writer
from coop.transaction import chain_events, writing


class Postbox:
    """A post that keeps the letters it is given."""

    def __init__(self):
        self.letters = []

    def deliver(self, letter):
        self.letters.append(letter)

    def to(self, subject):
        """Who got a letter of that subject, sorted."""
        return sorted(letter.recipient for letter in self.letters if letter.subject == subject)


def tell(now):
    """Do what the background thread does: queue what is due, a chunk a transaction."""
    for organisation_id in records.organisations_with_unchained_events():
        chain_events(lambda one=organisation_id: records.chain_events(one))
    for mailing_id in ballots.mailings_waiting(now):
        after = 0
        while after is not None:
            with writing():
                after = ballots.queue_mailing(mailing_id, now, after=after)


def send(post, now):
    writer = Writer("https://coop.example", "coop@coop.example", background._render, ballots.TOLD_AT_SENDING)
    round_ = outbox.deliver_waiting(post, writer, now)
    db.session.rollback()
    return round_


@pytest.fixture
def post():
    return Postbox()


@pytest.fixture
def deliver(post):
    """Tell the voters what is due by an instant, and send it."""

    def run(now):
        tell(now)
        return send(post, now)

    return run
