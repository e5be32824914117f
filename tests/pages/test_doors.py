"""Every route × method × role, with own and others' things, is what the reviewed `policy.csv` says."""

import pytest

from coop import doors as house_doors
from coop.access import GRANTS, Permission
from tests.loaded import app_in, load
from tests.pages.doors import ACCOUNTS, Street, read_policy
from tests.pages.happenings import lay_out
from tests.pages.things import things_of


@pytest.fixture(scope="module")
def street(pristine, tmp_path_factory):
    app = load(pristine, tmp_path_factory.mktemp("doors") / "instance")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    lay_out(app)
    return Street(app, things_of(app))


def test_every_door_has_its_line_in_the_policy_and_every_line_its_door(street):
    assert {(d.method, d.route, d.thing) for d in street.doors()} == set(read_policy())


@pytest.mark.parametrize("role", ACCOUNTS)
def test_who_may_come_in_is_what_the_policy_says(street, role):
    policy = read_policy()
    wrong = []
    for door in street.doors():
        expected = policy.get((door.method, door.route, door.thing), {}).get(role, "no line")
        found = street.knock(role, door)
        if found != expected:
            wrong.append(
                f"{door.method} {street.path(role, door)} ({door.thing}): {found}, the policy says {expected}"
            )
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


def test_another_organisations_things_are_missing_to_whoever_the_door_opens_for():
    for (method, route, thing), row in read_policy().items():
        if thing == "of orchard":
            assert {row[role] for role in ACCOUNTS} <= {"missing", "no", "sign in"}, f"{method} {route}"


def test_an_undeclared_route_stops_the_app(tmp_path):
    app = app_in(tmp_path)
    app.add_url_rule("/open-door", view_func=lambda: "come in", endpoint="open_door")
    with pytest.raises(RuntimeError, match="open-door"):
        house_doors.check_declared(app)


def test_every_permission_has_its_row_and_is_asked_for_somewhere(street):
    assert set(GRANTS) == set(Permission)
