"""What the server itself writes down while members vote in secret: nothing that could tell who voted how."""

import json

import pytest

from tests.faults.polling import SECRET, open_poll, signature_of
from tests.server import Server

MEMBERS = 12


@pytest.fixture
def said_by(app):
    """Let members vote in secret through a server; gives all it wrote, and what was sent."""

    def run(**environment):
        poll, sent = open_poll(app, MEMBERS), []
        server = Server(app.config["COOP"])
        server.environment |= environment
        with server:
            link = poll.link(server.port)
            for member in poll.members:
                link.request("GET", f"/{poll.slug}/ballots/{SECRET}/keys.json")
                link.getresponse().read()
                assert poll.send(link, member, SECRET, "for") == 200
                sent.append(dict(member.paper))
                assert poll.send(link, member, SECRET, "against") == 200  # changed
                sent.append(dict(member.paper))
                wrong = member.paper | {"sig": sent[-2]["sig"]}
                assert poll.post_json(link, f"{SECRET}/cast", wrong, signature_of(member))[0] == 409
            assert poll.post(link, f"{SECRET}/cast", "{", {})[0] == 409
            link.close()
        return server.log.read_text(), sent

    return run


def told_of(sent):
    """All that could be recognised of votes."""
    return {paper[name] for paper in sent for name in ("serial", "prefix", "token", "sig")} | {
        json.dumps(paper["vote"]) for paper in sent
    }


def test_the_server_writes_down_no_request_of_a_secret_ballot(said_by):
    said, sent = said_by()
    assert len(sent) == 2 * MEMBERS
    for word in {*told_of(sent), f"/ballots/{SECRET}", "/cast", "/token", "127.0.0.1"}:
        assert word not in said


def test_an_access_log_that_the_operator_wants_leaves_out_what_comes_without_a_name(said_by):
    said, sent = said_by(GUNICORN_CMD_ARGS="--access-logfile -")
    assert said.count(f"POST /pioneers/ballots/{SECRET}/token ") == MEMBERS, "so the log is on"
    for word in {*told_of(sent), "/cast", "keys.json"}:
        assert word not in said
