"""Every page of a loaded co-op, as every role sees it: sound HTML, labels, live links, sealed headers."""

import pytest

from tests.loaded import load
from tests.pages.client import Page
from tests.pages.doors import ACCOUNTS, Street
from tests.pages.happenings import lay_out
from tests.pages.things import things_of


@pytest.fixture(scope="module")
def street(pristine, tmp_path_factory):
    app = load(pristine, tmp_path_factory.mktemp("every-page") / "instance")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    lay_out(app)
    return Street(app, things_of(app))


@pytest.mark.parametrize("role", ACCOUNTS)
def test_every_page_is_sound(street, role):
    found, pages, seen = [], 0, set()
    for door in street.doors():
        path = street.path(role, door)
        if door.method != "GET" or path is None or "static" in door.route:
            continue
        response = street.as_role(role).get(path, buffered=True)
        page = Page(response, path, street.app)
        pages += page.is_html and page.status == 200
        seen.add(page.status)
        found += [f"{path} ({door.thing}): {problem}" for problem in page.problems]
        if page.status >= 500:
            found.append(f"{path} ({door.thing}) answered {page.status}")
    assert not found, "\n".join(sorted(set(found)))
    assert pages > 8, "so few pages that something is wrong with this test"


def test_every_form_of_a_page_sent_empty_is_answered_with_a_page(street):
    """Nothing typed is never a fault: the page comes again and says what is missing."""
    found = []
    for role in ("member", "secretary", "treasurer", "librarian", "returning officer"):
        for door in street.doors():
            path = street.path(role, door)
            if door.method == "POST" and path:
                response = street.post(role, path)
                if response.status_code >= 400:
                    page = Page(response, path, street.app)
                    # Where the thing was settled meanwhile, its form is gone and with it the field of the error.
                    problems = [problem for problem in page.problems if "leads to #" not in problem]
                    found += [f"{role} {path} ({page.status}): {problem}" for problem in problems]
                    if page.status >= 500:
                        found.append(f"{role} {path} answered {page.status}")
    assert not found, "\n".join(sorted(set(found)))
