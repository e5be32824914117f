"""A person at a real browser: every page they come to is held against axe, and the console must stay silent."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response, Route, expect
from playwright.sync_api import TimeoutError as TooSlow

from tests.pages.client import DEMO_PASSWORD

SHOTS = os.environ.get("COOP_SCREENSHOTS")  # a folder to keep a picture of every page in
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@dataclass
class Walker:
    """One person. Where their browser runs no JavaScript, `reader` is one that does, and runs axe for them."""

    context: BrowserContext
    address: str
    name: str
    reader: BrowserContext | None = None
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    checked: int = 0

    @property
    def scripts(self) -> bool:
        return self.reader is None

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser reports each answer of 400 or more, and none, as an error of the page; those are on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.url} answered {response.status}")

    def go(self, path: str, *, look: bool = True) -> None:
        self.page.goto(path if path.startswith("http") else self.address + path)
        if look:
            self.look()

    def sign_in(self, email: str, password: str = DEMO_PASSWORD) -> None:
        self.go("/sign-in")
        self.fill("E-mail", email)
        self.fill("Password", password)
        self.press("Sign in")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def sign_out(self) -> None:
        self.press("Sign out")

    def follow(self, words: str) -> None:
        self._click(self.page.get_by_role("link", name=words).first, words)

    def press(self, words: str, *, within: Locator | None = None) -> None:
        self._click((within or self.page).get_by_role("button", name=words).first, words)

    def _click(self, target: Locator, words: str) -> None:
        try:
            target.click()
        except TooSlow as error:
            said = self.page.locator("main").inner_text()
            raise AssertionError(f"{words!r} is not on {self.page.url}, which says: {said[:1500]}") from error
        self.look()

    def fill(self, label: str, value: str, *, nth: int = 0) -> None:
        self._field(label).nth(nth).fill(value)

    def tick(self, label: str) -> None:
        self._field(label).first.check()

    def pick(self, label: str, option: str) -> None:
        self._field(label).first.select_option(label=option)

    def _field(self, label: str) -> Locator:
        return self.page.get_by_label(label).and_(self.page.locator("input, textarea, select"))

    def open_letter(self, recipient: str, subject: str) -> None:
        """Read the newest letter of that subject in the practice copy's mail, once it has arrived."""
        letter = self.page.get_by_role("row").filter(has_text=recipient).get_by_role("link", name=subject)
        for _ in range(40):
            self.go("/demo/mail", look=False)
            if letter.count():
                break
            self.page.wait_for_timeout(250)
        letter.first.click()
        self.look()

    def sees(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator("body")).to_contain_text(sentence)

    def look(self, state: str = "") -> None:
        """Hold the page in front of us against axe, once for each kind of page, its outcome and a state of it."""
        expect(self.page.locator("[data-busy]")).to_have_count(0)  # else a vote is on its way
        self.page.wait_for_load_state()
        path = self.page.url.removeprefix(self.address).partition("?")[0]
        if not path.startswith("/") or (what := f"{path} {self.page.title()} {state}") in self.seen:
            return
        self.seen.add(what)
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.faults.append(f"{path} is {wide} px wider than the screen")
        found = Axe().run(self.readable())
        self.checked += 1
        self.faults += [
            f"{path}: {fault['id']} — {fault['help']}: {[node['html'][:120] for node in fault['nodes'][:3]]}"
            for fault in found.response["violations"]
        ]
        if SHOTS:
            name = f"{self.name}-{len(self.seen):02}-{path.strip('/').replace('/', '_') or 'front'}.png"
            self.page.screenshot(path=Path(SHOTS) / name, full_page=True)

    def readable(self) -> Page:
        """The page in front of us where axe can run: axe is a script, of ours none may change what it reads."""
        if self.reader is None:
            return self.page
        twin = self.reader.pages[0] if self.reader.pages else self.reader.new_page()
        shown = self.page.content()

        def answer(route: Route) -> None:
            if route.request.is_navigation_request():
                sealed = {"Content-Security-Policy": "script-src 'none'"}
                route.fulfill(body=shown, content_type="text/html; charset=utf-8", headers=sealed)
            else:
                route.continue_()

        twin.unroute_all()
        twin.route("**/*", answer)
        twin.goto(self.page.url)
        return twin
