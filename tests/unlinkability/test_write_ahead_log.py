"""PostgreSQL is asked to move its log on only by a role that may; `docs/unlinkability.md` says how to let one."""

import psycopg
import pytest

from coop.traces import MAY_EMPTY_THE_LOG

pytestmark = pytest.mark.postgres
LEAVE = (
    "GRANT pg_checkpoint TO keeper",
    "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO keeper",
    "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO keeper",
)


@pytest.fixture
def role(cluster):
    cluster.run("CREATE ROLE keeper LOGIN")
    with psycopg.connect(host=str(cluster.folder), user="keeper", dbname="postgres", autocommit=True) as one:
        yield one
    cluster.run("DROP OWNED BY keeper", "DROP ROLE keeper")


def may(role):
    return role.execute(MAY_EMPTY_THE_LOG).fetchone()[0]


def test_a_role_without_leave_does_not_ask(role):
    assert not may(role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute("CHECKPOINT")


@pytest.mark.parametrize("missing", LEAVE)
def test_a_role_with_leave_to_do_two_of_three_does_not_ask(role, cluster, missing):
    cluster.run(*(grant for grant in LEAVE if grant != missing))
    assert not may(role)


def test_a_role_with_the_leave_that_the_page_names_asks_and_is_obeyed(role, cluster):
    cluster.run(*LEAVE)
    assert may(role)
    role.execute("SELECT pg_switch_wal()")
    role.execute("CHECKPOINT")
    role.execute("SELECT * FROM pg_ls_waldir()")
