"""A secret vote on a phone: two taps, a receipt, found on the list; and where it can't be made, the page says so."""

import json

import pytest
import time_machine
from playwright.sync_api import expect

from coop.gateways.blind_signatures import receipt_is_signed
from coop.rules.secret_messages import receipt_message, vote_digest
from tests.browser.secret_house import after_closing, box  # noqa: F401 - a fixture
from tests.pages.client import DEMO_PASSWORD

pytestmark = pytest.mark.browser

COUNTS = "Your vote counts."
PHONE = {"width": 375}


def reads(page, *sentences):
    for sentence in sentences:
        expect(page.get_by_text(sentence).filter(visible=True).first).to_be_visible()


def says(page, words):
    expect(page.get_by_role("status").first).to_have_text(words)


def press(page, words):
    page.get_by_role("button", name=words).filter(visible=True).click()


def unfold(page, words):
    page.locator("summary").filter(has_text=words).click()


def saved(page, words):
    with page.expect_download() as told:
        press(page, words)
    return told.value.suggested_filename, told.value.path()


def sign_in(walker, path, email="member@pioneers.example"):
    walker.sign_in(email)
    walker.go(path)
    return walker.page


def vote(page, choice="For"):
    page.get_by_label(choice, exact=True).check()
    press(page, "Cast my vote")
    says(page, COUNTS)


def test_a_secret_vote_takes_two_taps_gives_a_receipt_and_is_found_on_the_list(box, walking):  # noqa: F811
    path, cookies = box.open(), {}

    def asked(request):
        cookies[request.url.rpartition("/")[2]] = request.all_headers().get("cookie", "")

    with walking("secret", **PHONE) as voter:
        page = sign_in(voter, path)
        reads(page, "Your name is not stored with your vote.", "You can change this vote only on this phone")
        expect(page.locator("input[name=choice]:checked")).to_have_count(0)
        press(page, "Cast my vote")
        expect(page.get_by_role("alert")).to_contain_text("Choose first: for, against, or abstain.")
        voter.seen.clear()
        voter.checked = 0
        voter.look()

        page.on("request", asked)
        vote(page, "Against")
        assert cookies["token"], "the server must know who asks for a token"
        assert cookies["keys.json"] == cookies["cast"] == ""
        assert box.votes() == [("against", 1)]

        unfold(page, "Your receipt")
        reads(page, "It shows how you voted to anyone who finds it.", box.serials()[0])
        press(page, "Show as a QR code")
        expect(page.get_by_role("img", name="Your receipt as a QR code")).to_be_visible()
        assert cookies["receipt.svg"] == ""
        voter.seen.clear()
        voter.checked = 0
        voter.look()
        name, file = saved(page, "Save as a file")
        receipt = json.loads(file.read_text())
        assert name == f"pioneers-ballot-{box.number}-receipt.json"
        assert (receipt["serial"], receipt["n"], receipt["vote"]) == (box.serials()[0], 1, '"against"')
        assert receipt["vote_sha256"] == vote_digest('"against"')
        message = receipt_message(receipt["ballot"], receipt["serial"], 1, receipt["vote_sha256"])
        assert receipt_is_signed(box.receipt_key(), message, receipt["signature"])

        press(page, "Change my vote")
        reads(page, "Your vote counts as you cast it, until you cast another.")
        page.get_by_label("For", exact=True).check()
        press(page, "Change my vote")
        says(page, COUNTS)
        assert box.votes() == [("for", 2)]

        box.others_vote()
        with time_machine.travel(after_closing()):
            page = sign_in(voter, path)
            says(page, COUNTS)
            press(page, "Find it on the list of votes")
            reads(page, "It is on the list, as you cast it last.")
            page.get_by_role("link", name="Read the list").click()
            voter.look()
            expect(page.get_by_role("row").filter(has_text=box.serials()[0])).to_be_visible()


def test_a_receipt_whose_vote_is_not_on_the_list_says_so(box, walking):  # noqa: F811
    path = box.open()
    with walking("secret", **PHONE) as voter:
        page = sign_in(voter, path)
        vote(page)
        box.others_vote()
        with time_machine.travel(after_closing()):
            page = sign_in(voter, path)
            box.lie("bundle.json", lambda bundle: bundle.update(votes=bundle["votes"][:-1]))
            serial = page.locator("[data-fill=serial]").first.text_content()
            box.lie("bundle.json", lambda told: told.update(votes=without(told["votes"], serial)))
            press(page, "Find it on the list of votes")
            reads(page, "It is not on the list. Show your receipt to the returning officer and the auditor.")
            box.lie("bundle.json", lambda told: told.update(votes=changed(told["votes"], serial)))
            press(page, "Find it on the list of votes")
            reads(page, "Your serial is on the list, but with another vote than this browser cast.")


def without(votes, serial):
    return [one for one in votes if one.get("serial") != serial]


def changed(votes, serial):
    return [one | {"vote": '"against"'} if one.get("serial") == serial else one for one in votes]


def test_a_shared_phone_forgets_a_vote_and_keeps_two_members_apart(box, walking):  # noqa: F811
    path = box.open()
    with walking("secret", **PHONE) as voter:
        page = sign_in(voter, path)
        vote(page)
        voter.sign_out()

        page = sign_in(voter, path, "chair@pioneers.example")
        expect(page.get_by_text("You voted:")).to_be_hidden()
        vote(page, "Against")
        assert sorted(box.votes()) == [("against", 1), ("for", 1)]

        unfold(page, "This phone is not only mine")
        press(page, "Forget this vote here")
        says(page, "This browser has forgotten your vote. It still counts.")
        page.reload()
        reads(page, "You took your voting paper for this ballot on another device")
        expect(page.get_by_role("button", name="Cast my vote")).to_be_hidden()
        assert sorted(box.votes()) == [("against", 1), ("for", 1)]

        voter.sign_out()
        page = sign_in(voter, path)
        says(page, COUNTS)
        expect(page.locator("[data-part=chosen]")).to_have_text("For")


def test_a_voting_key_saved_as_a_file_changes_the_vote_on_another_device(box, walking):  # noqa: F811
    path = box.open()
    with walking("phone", **PHONE) as phone, walking("laptop") as laptop:
        page = sign_in(phone, path)
        vote(page)
        unfold(page, "Vote or change it on another device")
        name, file = saved(page, "Save the voting key as a file")
        assert name == f"pioneers-ballot-{box.number}-voting-key.json"

        there = sign_in(laptop, path)
        reads(there, "You took your voting paper for this ballot on another device")
        unfold(there, "Vote or change it on another device")
        for spoiled, said in spoilings(file.read_text()):
            there.get_by_label("Load a voting key").set_input_files(
                {"name": "key.json", "mimeType": "application/json", "buffer": spoiled.encode()}
            )
            expect(there.get_by_role("alert")).to_contain_text(said)
        there.get_by_label("Load a voting key").set_input_files(file)
        says(there, COUNTS)
        press(there, "Change my vote")
        there.get_by_label("Abstain", exact=True).check()
        press(there, "Change my vote")
        says(there, COUNTS)
        assert box.votes() == [("abstain", 2)]

        press(page, "Change my vote")  # the phone knows nothing of it
        page.get_by_label("Against", exact=True).check()
        press(page, "Change my vote")
        expect(page.get_by_role("alert")).to_contain_text("A later vote with this token is counted already.")
        press(page, "Change my vote")
        says(page, COUNTS)
        assert box.votes() == [("against", 3)]


def spoilings(text):
    """Spoil a voting key in several ways, with what is said of each."""
    damaged = "This is not the file of a voting key, or it is damaged."
    record = json.loads(text)
    yield "{", damaged
    yield json.dumps({"coop": "receipt"}), damaged
    yield json.dumps(record | {"serial": "B" + "A" * 86}), damaged
    yield json.dumps(record | {"token": record["token"][:-4] + "AAAA"}), damaged
    yield json.dumps(record | {"ballot": "pioneers/1"}), "This is the voting key of another ballot."
    yield json.dumps(record | {"member": "0" * 64}), "This is another member's voting key."
    other = copied(record)
    other["keys"]["member"]["n"] = other["keys"]["member"]["n"][:-4] + "AAAB"
    yield json.dumps(other), "This voting key was made for other keys than this ballot has."


def copied(record):
    return json.loads(json.dumps(record))


def test_candidates_are_ranked_in_secret_and_the_ranking_is_changed(box, walking):  # noqa: F811
    path = box.open(candidates=(9, 10, 12))
    with walking("secret", **PHONE) as voter:
        page = sign_in(voter, path)
        press(page, "Cast my vote")
        expect(page.get_by_role("alert")).to_contain_text(
            "Choose first: put at least one candidate in place 1."
        )
        names = [row.inner_text().splitlines()[0] for row in page.locator("[data-candidate] .who").all()]
        for at in (2, 0):
            page.locator("[data-rank]", has_text=names[at]).click()
        press(page, "Cast my vote")
        says(page, COUNTS)
        assert page.locator("[data-part=chosen] li").all_inner_texts() == [names[2], names[0]]
        assert box.votes() == [([3, 1], 1)]

        press(page, "Change my vote")
        assert page.locator("[data-ranked] .who").all_inner_texts() == [names[2], names[0]]
        voter.seen.clear()
        voter.checked = 0
        voter.look()
        page.locator("[data-rank]", has_text=names[1]).click()
        press(page, "Change my vote")
        says(page, COUNTS)
        assert box.votes() == [([3, 1, 2], 2)]


def test_without_javascript_the_page_says_why_and_never_falls_back(box, walking):  # noqa: F811
    path = box.open()
    with walking("secret", width=375, scripts=False) as voter:
        page = sign_in(voter, path)
        reads(page, "That needs JavaScript", "ask a teller or the returning officer for a paper vote")
        expect(page.get_by_role("button", name="Cast my vote")).to_be_hidden()
        expect(page.locator("form[data-part=paper]")).to_be_hidden()


def test_without_a_secure_context_the_page_says_so_and_sends_nothing(box, serve, chromium):  # noqa: F811
    """The same server under a name that is neither https nor loopback."""
    path, host = box.open(), "http://coop.example"
    page = chromium.new_context(viewport={"width": 375, "height": 800}).new_page()

    def pass_on(route):
        answer = route.fetch(url=route.request.url.replace(host, serve), max_redirects=0)
        headers = answer.headers | {
            name: value.replace(serve, host) for name, value in answer.headers.items() if name == "location"
        }
        route.fulfill(response=answer, headers=headers)

    page.route(f"{host}/**", pass_on)
    page.goto(f"{host}/sign-in?next={path}")
    page.get_by_label("E-mail").fill("member@pioneers.example")
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")
    assert page.evaluate("isSecureContext") is False
    reads(
        page,
        "This page did not come over a secure connection (https)",
        "Nothing was sent.",
        "for a paper vote",
    )
    expect(page.locator("form[data-part=paper]")).to_be_hidden()
    assert not {"token", "cast", "keys.json"} & set(box.asked)
    page.context.close()


NOTHING_KEPT = "Object.defineProperty(window, 'indexedDB', {value: undefined})"
A_PRIVATE_WINDOW = "IDBFactory.prototype.open = () => { throw new DOMException('no') }"
NO_KEYS = "Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})"


def test_a_browser_that_can_make_or_keep_no_key_says_so(box, walking):  # noqa: F811
    path = box.open()
    with walking("secret", **PHONE) as voter:
        voter.sign_in("member@pioneers.example")
        for missing in (NOTHING_KEPT, A_PRIVATE_WINDOW, NO_KEYS):
            voter.page = voter.context.new_page()
            voter.page.add_init_script(missing)
            voter.go(path)
            reads(voter.page, "This browser can't make or keep a voting key", "for a paper vote")
            expect(voter.page.locator("form[data-part=paper]")).to_be_hidden()
    assert box.votes() == []
