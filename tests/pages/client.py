"""A browser without a window: reads pages as a member does, and checks every page it fetches.

client.sign_in("member@pioneers.example")
client.visit("/pioneers/ballots/1")
client.choose("Your vote", "For")
client.press("Cast my vote")
assert "Your vote is recorded." in client.page.text
"""

import io
import secrets
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.pages.checks import Markup, problems_of_addresses, problems_of_headers, problems_of_markup, said

DEMO_PASSWORD = "toad-lane-1844-demo"
MOST_REDIRECTS = 5


class Upload(NamedTuple):
    """A file as a member would pick it."""

    content: bytes
    name: str


class Page:
    """One answer. HTML is parsed and checked; anything else keeps its bytes."""

    def __init__(self, response: TestResponse, path: str, app: Flask) -> None:
        self.response, self.path = response, path
        self.status = response.status_code
        self.headers = response.headers
        self.data = response.get_data()
        self.is_html = response.mimetype == "text/html"
        self.problems = problems_of_headers(response.headers)
        if self.is_html:
            self.markup = Markup(response.get_data(as_text=True), path)
            self.problems += problems_of_markup(self.markup) + problems_of_addresses(self.markup, app)

    @property
    def status_code(self) -> int:
        return self.status

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        return said(*self.markup.all("body")) if self.is_html else self.response.get_data(as_text=True)

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def json(self) -> Any:
        return self.response.get_json()

    @property
    def title(self) -> str:
        return said(*self.markup.all("title"))

    @property
    def h1(self) -> str:
        return said(*self.markup.all("h1"))

    @property
    def links(self) -> dict[str, str]:
        """Words to address, of every link on the page."""
        return {said(a): a.get("href", "") for a in self.markup.all("a")}

    @property
    def buttons(self) -> list[str]:
        return [said(b) for b in self.markup.all("button") if b.get("type") != "button"]

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        boxes = [e for e in self.markup.all("div") if e.get("data-error-summary") is not None]
        return [said(item) for box in boxes for item in box.iter("li")]

    def value(self, label: str) -> str | None:
        control = self.field(label)
        return control.text or "" if control.tag == "textarea" else _value(control)

    def field(self, label: str) -> Element:
        controls = [c for c in self.markup.all("input", "select", "textarea") if c.get("type") != "hidden"]
        return _the_one(label, [(self.markup.label_of(c), c) for c in controls], "field", self)

    def __contains__(self, words: str) -> bool:
        return words in self.text


def _value(control: Element) -> str | None:
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        return (chosen[0].get("value") or "") if chosen else None
    return control.get("value", "on" if control.get("type") in ("checkbox", "radio") else "")


def _the_one(words: str, named: list[tuple[str, Element]], what: str, page: Page) -> Element:
    exact = [e for name, e in named if name == words]
    found = exact or [e for name, e in named if name.startswith(words)]
    if len(found) != 1:
        names = sorted({name for name, _ in named})
        raise AssertionError(
            f"{len(found)} {what}s read {words!r} on {page.path} ({page.h1!r}); there are {names}"
        )
    return found[0]


class PageClient:
    """One person's browser. `page` is what is on the screen."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.page: Page = None  # type: ignore[assignment]
        self._typed: dict[Element, Any] = {}

    # What a person does.

    def visit(self, path: str, status: int = 200) -> Page:
        """Open an address, following redirects, and hold the page against every check."""
        return self._arrive(self.http.get(path, buffered=True), path, status)

    def follow(self, words: str) -> Page:
        """Follow the link that reads so."""
        links = [(said(a), a) for a in self.page.markup.all("a")]
        links += [(said(a, hidden=False), a) for _, a in links if said(a, hidden=False) != said(a)]
        same = {a.get("href"): a for name, a in links if name == words} or {
            a.get("href"): a for name, a in links if name.startswith(words)
        }
        link = _the_one(words, [(words, a) for a in same.values()] or links, "link", self.page)
        return self.visit(urljoin(self.page.path, link.get("href", "")))

    def fill(self, label: str, value: object) -> None:
        """Type into, or pick in, the field with this label."""
        control = self.page.field(label)
        if control.tag == "select":
            options = {said(o): o.get("value", said(o)) for o in control.iter("option")}
            assert str(value) in options or str(value) in options.values(), (
                f"{label} offers {sorted(options)}"
            )
            value = options.get(str(value), str(value))
        self._typed[control] = value

    def choose(self, legend: str, label: str) -> None:
        """Mark one of several in the group with this legend."""
        groups = [
            f for f in self.page.markup.all("fieldset") if any(said(g) == legend for g in f.iter("legend"))
        ]
        assert len(groups) == 1, f"{len(groups)} groups are called {legend!r}"
        options = [i for i in groups[0].iter("input") if i.get("type") in ("radio", "checkbox")]
        chosen = _the_one(label, [(self.page.markup.label_of(i), i) for i in options], "choice", self.page)
        self._typed.update({i: False for i in options if i.get("type") == "radio"})
        self._typed[chosen] = True

    def tick(self, label: str, *, on: bool = True) -> None:
        self._typed[self.page.field(label)] = on

    def press(self, words: str, status: int = 200) -> Page:
        """Press the button that reads so, and send its form with what was typed."""
        buttons = [b for b in self.page.markup.all("button") if b.get("type", "submit") == "submit"]
        named = [(said(b), b) for b in buttons]
        named += [(said(b, hidden=False), b) for b in buttons if said(b, hidden=False) != said(b)]
        button = _the_one(words, named, "button", self.page)
        form = self.page.markup.form_of(button)
        assert form is not None, f"the button {words!r} belongs to no form"
        data = self._data_of(form, button)
        path = urljoin(self.page.path, button.get("formaction") or form.get("action") or self.page.path)
        if (form.get("method") or "get").lower() == "get":
            return self._arrive(self.http.get(path, query_string=data, buffered=True), path, status)
        return self._arrive(self.http.post(path, data=data, buffered=True), path, status)

    def sign_in(self, email: str, password: str = DEMO_PASSWORD) -> Page:
        self.visit("/sign-in")
        token = next(c.get("value") for c in self.page.markup.all("input") if c.get("name") == "csrf_token")
        data = {"email": email, "password": password, "csrf_token": token}
        page = self._arrive(self.http.post("/sign-in", data=data, buffered=True), "/sign-in", 200)
        assert "Sign out" in page.buttons, f"{email} could not sign in: {page.text[:300]}"
        return page

    def sign_out(self) -> Page:
        return self.press("Sign out")

    # What a test may do besides: raw requests, with the token put in, unchecked.

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.http.get(path, **{"buffered": True, **options})

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        sent = {"csrf_token": self.token(), **(data or {})}
        return self.http.post(path, data=sent, **{"buffered": True, **options})

    def token(self) -> str:
        """A token that this session's forms would carry."""
        with self.http.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        key = self.app.config.get("WTF_CSRF_SECRET_KEY") or self.app.secret_key
        return URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw)

    def _arrive(self, response: TestResponse, path: str, status: int) -> Page:
        for _ in range(MOST_REDIRECTS):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            path = urljoin(path, response.headers["Location"])
            parts = urlsplit(path)
            assert parts.hostname in (None, "localhost"), f"led away to {path}"
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            response = self.http.get(path, buffered=True)
        self._typed = {}
        self.page = Page(response, path, self.app)
        assert self.page.status == status, f"{path} answered {self.page.status}: {self.page.text[:400]}"
        assert not self.page.problems, f"{path}: " + "; ".join(self.page.problems)
        return self.page

    def _data_of(self, form: Element, button: Element) -> MultiDict[str, Any]:
        data: MultiDict[str, Any] = MultiDict()
        if button.get("name"):
            data.add(button.get("name"), button.get("value", ""))
        for control in self.page.markup.controls(form):
            if control.get("name") and control.tag != "button" and control.get("disabled") is None:
                for value in self._values_of(control):
                    data.add(control.get("name"), value)
        return data

    def _values_of(self, control: Element) -> list[Any]:
        """What a browser would send for one control, as it stands or as typed over."""
        typed, kind = self._typed.get(control), control.get("type")
        if kind in ("submit", "button", "image", "reset"):
            return []
        if kind in ("checkbox", "radio"):
            marked = control.get("checked") is not None if typed is None else typed
            return [control.get("value", "on")] if marked else []
        if kind == "file":
            uploads = [typed] if isinstance(typed, Upload) else typed or []
            return [(io.BytesIO(upload.content), upload.name) for upload in uploads]
        if typed is not None:
            return [str(typed)]
        if control.tag == "textarea":
            return [(control.text or "").removeprefix("\n")]
        if control.get("multiple") is not None:
            return [o.get("value") for o in control.iter("option") if o.get("selected") is not None]
        return [_value(control)]
