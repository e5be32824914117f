"""What every page must be, whoever asked for it: `problems(page)` lists what is wrong in sentences."""

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

SVG = "{http://www.w3.org/2000/svg}"
INLINE = {
    "a",
    "abbr",
    "b",
    "button",
    "code",
    "em",
    "i",
    "kbd",
    "mark",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "u",
}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class Markup:
    """A parsed page that knows each element's parent."""

    def __init__(self, text: str, path: str = "/") -> None:
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.root: Element = parser.parse(text)
        self.errors = [f"line {place[0]}: {code} {detail}" for place, code, detail in parser.errors]
        self.path = path
        self.parents = {child: parent for parent in self.root.iter() for child in parent}
        self.by_id = {element.get("id"): element for element in self.all() if element.get("id")}

    def all(self, *tags: str) -> list[Element]:
        return [e for e in self.root.iter() if isinstance(e.tag, str) and (not tags or e.tag in tags)]

    def closest(self, element: Element, tag: str) -> Element | None:
        above: Element | None = element
        while above is not None and above.tag != tag:
            above = self.parents.get(above)
        return above

    def form_of(self, control: Element) -> Element | None:
        named = control.get("form")
        return self.by_id.get(named) if named else self.closest(control, "form")

    def controls(self, form: Element) -> list[Element]:
        return [c for c in self.all("input", "select", "textarea", "button") if self.form_of(c) is form]

    def label_of(self, control: Element) -> str:
        """The words a reader of screens would say for this control."""
        if control.get("aria-label"):
            return control.get("aria-label", "").strip()
        if control.get("aria-labelledby"):
            return said(
                *[self.by_id[i] for i in control.get("aria-labelledby", "").split() if i in self.by_id]
            )
        labels = [
            label for label in self.all("label") if label.get("for") and label.get("for") == control.get("id")
        ]
        around = self.closest(control, "label")
        return said(*labels) or (said(around) if around is not None else "")


def said(*elements: Element, hidden: bool = True) -> str:
    """The text of elements in one line; hidden=False leaves out what only readers of screens hear."""

    def words(element: Element) -> str:
        if not hidden and "visually-hidden" in (element.get("class") or ""):
            return ""
        inside = "".join(words(child) + (child.tail or "") for child in element)
        if not isinstance(element.tag, str):
            return ""
        return (element.text or "") + inside if element.tag in INLINE else f" {element.text or ''}{inside} "

    return " ".join(" ".join(words(e) for e in elements).split())


def problems_of_markup(page: Markup) -> list[str]:
    found = [f"not HTML5: {error}" for error in page.errors]
    html = page.root
    if not html.get("lang"):
        found.append("html has no lang")
    titles = [said(t) for t in page.all("title")]
    if len(titles) != 1 or not titles[0] or titles[0].startswith("·"):
        found.append(f"the title is {titles}")
    headings = [said(h) for h in page.all("h1")]
    if len(headings) != 1 or not headings[0]:
        found.append(f"there should be one h1, there are {headings}")
    ids = [e.get("id") for e in page.all() if e.get("id") is not None]
    found += [
        f"the id {i!r} stands {ids.count(i)} times" for i in sorted({i for i in ids if ids.count(i) > 1})
    ]
    found += [f"an id is empty on <{e.tag}>" for e in page.all() if e.get("id") == ""]
    found += _inline(page) + _labels(page) + _references(page)
    found += [f"an image has no alt: {e.get('src')}" for e in page.all("img") if e.get("alt") is None]
    found += [
        f"a {e.tag} says nothing: {e.attrib}"
        for e in page.all("button", "a")
        if not (said(e) or e.get("aria-label") or any(i.get("alt") for i in e.iter("img")))
    ]
    text = said(*page.all("body"))
    found += [
        f"a placeholder was left: {m}"
        for m in re.findall(r"%\(\w+\)s|\{\{.*?\}\}|<flask_babel|\bUndefined\b", text)
    ]
    return found


def _inline(page: Markup) -> list[str]:
    found = [f"inline script: {said(e)[:60]}" for e in page.all("script") if not e.get("src")]
    found += ["inline style element" for e in page.all("style", SVG + "style")]
    for element in page.all():
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on"):
                found.append(f"<{element.tag} {name}={value[:40]!r}>")
            if name in ("href", "src", "action", "formaction") and value.strip().lower().startswith(
                "javascript:"
            ):
                found.append(f"a javascript: address on <{element.tag}>")
    return found


def _labels(page: Markup) -> list[str]:
    found = []
    for control in page.all("input", "select", "textarea"):
        if control.get("type") in UNLABELLED:
            continue
        if not page.label_of(control):
            found.append(f"no label for <{control.tag} name={control.get('name')!r}>")
    found += [
        f"the label {said(label)!r} is for {label.get('for')!r}, which is not there"
        for label in page.all("label")
        if label.get("for") and label.get("for") not in page.by_id
    ]
    return found


def _references(page: Markup) -> list[str]:
    found = [
        f"{name}={i!r} names nothing"
        for element in page.all()
        for name in ("aria-describedby", "aria-labelledby", "aria-controls")
        for i in (element.get(name) or "").split()
        if i not in page.by_id
    ]
    found += [
        f"the link {said(link)!r} leads to {link.get('href')}, which is not there"
        for link in page.all("a")
        if len(link.get("href", "")) > 1
        and link.get("href", "")[0] == "#"
        and link.get("href", "")[1:] not in page.by_id
    ]
    return found


def problems_of_addresses(page: Markup, app: Flask) -> list[str]:
    """Links and forms that no route of ours would answer."""
    found = []
    for link in page.all("a", "link", "img", "script"):
        address = link.get("href") or link.get("src")
        if address is None and link.tag == "a":
            found.append(f"the link {said(link)!r} has no address")
        elif address and not answers(app, page.path, address, "GET"):
            found.append(f"nothing answers the link {said(link)!r} to {address}")
    for form in page.all("form"):
        method = (form.get("method") or "get").upper()
        buttons = [b.get("formaction") for b in page.controls(form) if b.get("formaction")]
        found += [
            f"nothing answers the form {method} {action}"
            for action in [form.get("action") or page.path, *buttons]
            if not answers(app, page.path, action, method)
        ]
        if method == "POST":
            tokens = [c.get("value") for c in page.controls(form) if c.get("name") == "csrf_token"]
            if len(tokens) != 1 or not tokens[0]:
                found.append(f"the form to {form.get('action') or page.path} carries {len(tokens)} tokens")
    return found


def answers(app: Flask, path: str, address: str, method: str) -> bool:
    if address.startswith("#"):
        return True
    parts = urlsplit(urljoin(f"http://localhost{path}", address))
    if parts.hostname != "localhost" or parts.scheme not in ("http", "https"):
        return True
    try:
        endpoint, values = app.url_map.bind("localhost").match(parts.path, method=method)
    except RequestRedirect:
        return True
    except (MethodNotAllowed, HTTPException):
        return False
    if endpoint == "static" and app.static_folder:
        return (Path(app.static_folder) / values["filename"]).is_file()
    return True


def problems_of_headers(headers) -> list[str]:
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers.get("Content-Security-Policy", "").split(";")
    )
    found = []
    if policy.get("default-src") != "'none'":
        found.append(f"Content-Security-Policy has default-src {policy.get('default-src')}")
    if policy.get("frame-ancestors") != "'none'":
        found.append("other sites may frame this page")
    if any("unsafe" in value for value in policy.values()):
        found.append(f"the policy allows unsafe things: {policy}")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no X-Content-Type-Options: nosniff")
    if headers.get("Referrer-Policy") not in (
        "same-origin",
        "no-referrer",
        "strict-origin",
        "strict-origin-when-cross-origin",
    ):
        found.append(f"Referrer-Policy is {headers.get('Referrer-Policy')}")
    return found
