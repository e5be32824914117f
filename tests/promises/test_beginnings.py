"""How an organisation began stands once it is open; founders vote for founders; what was attested stands."""

import pytest
import sqlalchemy as sa

from tests.promises.rows import NOW


@pytest.fixture
def begun(rows):
    """A beginning with two founders, not open yet: (organisation, beginning, founders)."""
    here = rows.add("organisations")
    beginning = rows.add(
        "beginnings", organisation_id=here, kind="founding", model="workers", sha256="a" * 64
    )
    founders = [
        rows.add(
            "founders",
            organisation_id=here,
            accepted_at=None,
            accepted_sha256="",
            adopted_at=None,
            adopted_sha256="",
            withdrew_at=None,
        )
        for _ in range(2)
    ]
    return here, beginning, founders


def opens(rows, beginning):
    rows.run(
        "UPDATE beginnings SET opened_at = :at WHERE id = :id", at=NOW.replace(tzinfo=None), id=beginning
    )


def refused(rows, statement, **values):
    with pytest.raises(sa.exc.DBAPIError, match=r"stand|founders|used"):
        rows.run(statement, **values)


def test_once_open_nothing_of_the_beginning_changes(rows, begun):
    here, beginning, (ana, bo) = begun
    vote = rows.add("founder_votes", organisation_id=here, founder_id=ana, office="chair", choice_id=bo)
    rows.run("UPDATE beginnings SET meets = 'at six' WHERE id = :id", id=beginning)
    opens(rows, beginning)
    refused(rows, "UPDATE beginnings SET meets = 'at seven' WHERE id = :id", id=beginning)
    refused(rows, "UPDATE beginnings SET opened_at = NULL WHERE id = :id", id=beginning)
    refused(rows, "UPDATE founders SET name = 'Somebody' WHERE id = :id", id=ana)
    refused(rows, "UPDATE founder_votes SET choice_id = :ana WHERE id = :id", ana=ana, id=vote)
    refused(rows, "DELETE FROM founder_votes WHERE id = :id", id=vote)


def test_a_beginning_and_its_founders_are_never_deleted(rows, begun):
    _here, beginning, (ana, _bo) = begun
    refused(rows, "DELETE FROM beginnings WHERE id = :id", id=beginning)
    refused(rows, "DELETE FROM founders WHERE id = :id", id=ana)


def test_a_founder_votes_for_a_founder_of_the_same_organisation(rows, begun):
    here, _beginning, (ana, bo) = begun
    other = rows.add(
        "founders", withdrew_at=None, accepted_at=None, accepted_sha256="", adopted_at=None, adopted_sha256=""
    )
    vote = rows.add("founder_votes", organisation_id=here, founder_id=ana, office="chair", choice_id=bo)
    refused(rows, "UPDATE founder_votes SET choice_id = :other WHERE id = :id", other=other, id=vote)
    refused(rows, "UPDATE founder_votes SET founder_id = :other WHERE id = :id", other=other, id=vote)


def test_an_attestation_stands(rows, begun):
    made = rows.add("text_attestations", organisation_id=begun[0])
    refused(rows, "UPDATE text_attestations SET sha256 = 'b' WHERE id = :id", id=made)
    refused(rows, "DELETE FROM text_attestations WHERE id = :id", id=made)


def test_a_question_and_its_answer_stand(rows, begun):
    asked = rows.add("text_questions", organisation_id=begun[0], text="Why?", answer="", answered_at=None)
    refused(rows, "UPDATE text_questions SET text = 'Really?' WHERE id = :id", id=asked)
    at = NOW.replace(tzinfo=None)
    rows.run("UPDATE text_questions SET answer = 'So.', answered_at = :at WHERE id = :id", at=at, id=asked)
    refused(rows, "UPDATE text_questions SET answer = 'No.' WHERE id = :id", id=asked)
    refused(rows, "DELETE FROM text_questions WHERE id = :id", id=asked)


def test_an_invitation_is_used_once(rows):
    made = rows.add("invitations", used_at=NOW)
    refused(rows, "UPDATE invitations SET used_at = NULL WHERE id = :id", id=made)
