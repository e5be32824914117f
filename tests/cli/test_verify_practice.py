"""Every sealed ballot of the practice co-op, as a member would take it away and check it."""

from collections import Counter

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from coop.access import actor_of
from coop.cli import main
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import ballots, records
from coop.transaction import writing
from tests.bundles import as_file
from tests.loaded import load


@pytest.fixture
def sealed(pristine, tmp_path):
    """Give each sealed ballot's kind, secrecy, file and head."""
    app = load(pristine, tmp_path / "instance")
    with app.app_context():
        found = [file_of(ballot) for ballot in db.session.scalars(select(Ballot)).all() if ballot.sealed_at]
        db.session.remove()
        db.engine.dispose()
    return found


def file_of(ballot):
    organisation = db.session.get_one(Organisation, ballot.organisation_id)
    with writing():
        records.chain_events(organisation.id)
    reader = db.session.scalars(
        select(Membership).where(Membership.organisation_id == organisation.id)
    ).first()
    actor = actor_of(reader, "active", organisation.day_of(ballot.sealed_at))
    bundle = ballots.bundle(ballot, organisation, actor, ballot.sealed_at)
    return ballot.kind, ballot.secrecy, as_file(bundle), ballots.head_of_bundle(ballot)


def test_every_sealed_ballot_verifies_with_its_head(sealed):
    for _kind, _secrecy, data, head in sealed:
        answer = CliRunner().invoke(main, ["verify", "-", "--head", head], input=data)
        assert answer.exit_code == 0, answer.output


def test_there_are_motions_and_elections_to_check(sealed):
    kinds = Counter((kind, secrecy) for kind, secrecy, _data, _head in sealed)
    assert kinds["motion", "open"] > 0
    assert kinds["election", "private"] > 0
    assert kinds["motion", "secret"] > 0
    assert kinds["election", "secret"] > 0
