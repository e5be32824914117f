"""The page-test client itself: each fault it promises to see is put in, and seen."""

import pytest
from flask import Flask, redirect, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import escape

from tests.pages.checks import Markup, problems_of_headers, problems_of_markup
from tests.pages.client import PageClient, Upload

GOOD = (
    "<!doctype html><html lang=en><head><title>Home</title></head>"
    "<body><h1>Home</h1><form><label for=q>Search</label><input id=q></form>%s</body></html>"
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def test_a_sound_page_has_no_problems():
    assert problems_of_markup(Markup(GOOD % "")) == []
    assert problems_of_headers(HEADERS) == []


@pytest.mark.parametrize(
    ("piece", "seen"),
    [
        pytest.param("<h1>Again</h1>", "one h1", id="a second h1"),
        pytest.param("<p id=q>x</p>", "stands 2 times", id="an id that stands twice"),
        pytest.param("<input name=a>", "no label", id="an input without a label"),
        pytest.param("<label for=zz>x</label>", "is for 'zz'", id="a label for nothing"),
        pytest.param("<p style='color:red'>x</p>", "style=", id="inline style"),
        pytest.param("<button onclick='x()'>x</button>", "onclick=", id="inline handler"),
        pytest.param("<script>x()</script>", "inline script", id="inline script"),
        pytest.param("<a href='javascript:x()'>x</a>", "javascript:", id="a javascript address"),
        pytest.param("<p><div>x</div></p>", "not HTML5", id="misnested elements"),
        pytest.param("<a href='/x'></a>", "says nothing", id="an empty link"),
        pytest.param("<a href='#zz'>x</a>", "not there", id="a link to no anchor"),
        pytest.param("<img src='/x.png'>", "no alt", id="an image without words"),
        pytest.param("<p>%(name)s</p>", "placeholder", id="a placeholder left over"),
    ],
)
def test_each_fault_of_a_page_is_seen(piece, seen):
    assert any(seen in problem for problem in problems_of_markup(Markup(GOOD.replace("%s", piece))))


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_missing_header_is_seen(name):
    assert problems_of_headers({k: v for k, v in HEADERS.items() if k != name})


@pytest.fixture
def reader():
    app = Flask(__name__)
    app.secret_key = "a key for one test"
    CSRFProtect(app)

    def page(body):
        return GOOD.replace("%s", body), 200, HEADERS

    @app.route("/ask", methods=["GET", "POST"])
    def ask():
        if request.method == "POST":
            sent = [f"{k}={v}" for k, v in request.form.items(multi=True) if k != "csrf_token"]
            sent += [f"{k}={f.filename}:{f.read().decode()}" for k, f in request.files.items()]
            return page(f"<p>{escape(' '.join(sorted(sent)))}</p>")
        return page(
            f"<form method=post enctype=multipart/form-data><input type=hidden name=csrf_token value='{generate_csrf()}'>"
            "<label for=n>Your name</label><input id=n name=name value=Ana><label for=t>Text</label><textarea id=t name=text>\nold</textarea>"
            "<fieldset><legend>Your vote</legend><label><input type=radio name=v value=f> For</label>"
            "<label><input type=radio name=v value=a> Against</label></fieldset>"
            "<label for=f>File</label><input type=file id=f name=file>"
            "<label for=k>Kind</label><select id=k name=kind><option value=1>One</option><option value=2>Two</option></select>"
            "<button name=deed value=cast>Cast my vote</button></form><a href='/led'>Go on</a>"
        )

    app.add_url_rule("/led", view_func=lambda: redirect("/ask"), endpoint="led")
    app.add_url_rule("/bad", view_func=lambda: page("<a href='/nowhere'>x</a>"), endpoint="bad")
    app.add_url_rule(
        "/bare", view_func=lambda: page("<form method=post action='/ask'></form>"), endpoint="bare"
    )
    return PageClient(app)


def test_a_form_is_filled_by_its_labels_and_sent_by_its_button(reader):
    reader.visit("/ask")
    reader.choose("Your vote", "Against")
    reader.fill("Kind", "Two")
    reader.fill("File", Upload(b"a,b", "x.csv"))
    reader.press("Cast my vote")
    assert reader.page.text == "Home Search deed=cast file=x.csv:a,b kind=2 name=Ana text=old v=a"


def test_links_are_followed_through_redirects(reader):
    reader.visit("/ask")
    reader.follow("Go on")
    assert reader.page.path == "/ask"


@pytest.mark.parametrize("path", ["/bad", "/bare"])
def test_a_dead_link_and_a_form_without_a_token_are_refused(reader, path):
    with pytest.raises(AssertionError, match=r"nothing answers|carries 0 tokens"):
        reader.visit(path)


def test_a_raw_post_carries_a_token_that_counts(reader):
    assert reader.post("/ask", {"name": "Bo"}).status_code == 200
    assert reader.http.post("/ask", data={"name": "Bo"}).status_code == 400
