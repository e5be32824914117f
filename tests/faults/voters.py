"""Members who vote without pause, and remember what they sent and what was acknowledged."""

import collections
import http.client
import random
import threading
import time

from tests.faults.polling import BALLOTS, RECORDED, SECRET, any_choice


class Voters:
    """They vote and change their votes until told to stop, some in secret.

    A member sends one vote after the other. When the line is lost they send the same again, or think anew.
    """

    def __init__(self, poll, port, hands=8):
        self.poll, self.port = poll, port
        self.sent = collections.defaultdict(list)
        self.acknowledged = {}  # the place in `sent` of the last vote that was answered as recorded
        self.answers, self.lost = collections.Counter(), collections.Counter()
        self.refused = []
        self._over = threading.Event()
        self._count = threading.Lock()
        self._threads = [
            threading.Thread(target=self._vote, args=(poll.members[hand::hands],)) for hand in range(hands)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def _vote(self, members):
        link = self.poll.link(self.port)
        while not self._over.is_set():
            link = self._until_acknowledged(link, random.choice(members), random.choice(BALLOTS))
        link.close()

    def _until_acknowledged(self, link, member, ballot):
        mine = (member.browser.serial if ballot == SECRET else member.person_id, ballot)
        choice, again = any_choice(ballot), False
        while not self._over.is_set():
            self.sent[mine].append(choice)
            try:
                status = self.poll.send(link, member, ballot, choice, again=again)
            except (OSError, http.client.HTTPException):
                link.close()
                link = self.poll.link(self.port)
                with self._count:
                    self.lost[ballot] += 1
                again = random.random() < 0.5
                choice = choice if again else any_choice(ballot)
                time.sleep(0.05)
                continue
            if status == RECORDED[ballot]:
                self.acknowledged[mine] = len(self.sent[mine]) - 1
                with self._count:
                    self.answers[ballot] += 1
            else:
                self.refused.append((ballot, status))
            return link
        return link

    def faults(self, votes):
        """Say of each member and ballot what the tables of votes hold and may not."""
        wrong = []
        for mine, sent in self.sent.items():
            found, last = votes.get(mine, []), self.acknowledged.get(mine)
            # What came after the last acknowledged vote may have arrived, or not.
            may_stand = sent if last is None else sent[last:]
            if len(found) > 1:
                wrong.append((mine, "twice", found))
            elif found and found[0] not in may_stand:
                wrong.append((mine, "another vote than the last", found, may_stand))
            elif not found and last is not None:
                wrong.append((mine, "lost", may_stand))
        wrong += [(mine, "never sent") for mine in votes if mine not in self.sent]
        return wrong
