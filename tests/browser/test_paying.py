"""Pay: dues set by a decision, a statement imported, a match confirmed and undone, and what the member sees."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_dues_are_charged_paid_by_a_statement_matched_undone_and_explained(walking, screen, tmp_path):
    with walking("treasurer", **screen) as treasurer, walking("member", **screen) as member:
        member.sign_in("member@pioneers.example")
        member.follow("Money")
        member.sees("All charges")
        member.follow("Why this amount?")
        member.sees("The rate was set by decision", "Reference to give")

        treasurer.sign_in("treasurer@pioneers.example")
        treasurer.go("/pioneers/dues/plans")
        treasurer.sees("What dues are", "by decision")
        treasurer.go("/pioneers/dues/plans/new")
        treasurer.fill("Name", "Oven fund")
        treasurer.tick("Every year")
        treasurer.fill("Band 1", "Everyone")
        treasurer.fill("Amount of band 1", "5.00")
        treasurer.fill("From", (datetime.now(UTC) + timedelta(days=400)).date().isoformat())
        treasurer.page.get_by_label("Decision that sets it").select_option(index=1)
        treasurer.press("Set dues")
        treasurer.go("/pioneers/dues/plans")
        treasurer.sees("Oven fund", "5.00")
        treasurer.follow("Charge dues")
        treasurer.fill("Periods begun by", (datetime.now(UTC) + timedelta(days=100)).date().isoformat())
        treasurer.press("Show what would be charged")
        treasurer.sees("charges are missing.")
        treasurer.press("Book these charges")
        member.follow("Money")
        to_pay = member.page.locator(".task").last
        reference = to_pay.locator("strong").inner_text()
        amount = to_pay.locator(".decided").inner_text().rsplit(", ", 1)[1].removesuffix("€").strip()

        treasurer.go("/pioneers/treasury")
        treasurer.sees("Books and bank")
        treasurer.follow("Import a statement")
        treasurer.press("Import")
        treasurer.sees("There is something to put right")

        statement = tmp_path / "november.csv"
        statement.write_text(
            "date,amount,currency,name,account,purpose,bank_id\n"
            f"2026-11-17,{amount},EUR,Amina Holt,GB29NWBK60161331926819,{reference.replace(' ', '')},x-0\n"
            "2026-11-18,7.31,EUR,Nobody We Know,,a present for the shop,x-1\n"
            "2026-11-19,oops,EUR,Somebody,,dues,x-2\n",
            encoding="utf-8",
        )
        treasurer.page.get_by_label("The bank’s file").set_input_files(statement)
        treasurer.press("Import")
        treasurer.sees("2 lines, 1 left", "oops")
        member.follow("Money")
        expect(member.page.locator(".task").filter(has_text=reference)).to_have_count(0)
        treasurer.follow("Nobody We Know")
        again = treasurer.page.url
        treasurer.page.get_by_text("Book as…").click()
        treasurer.page.get_by_label("Book as", exact=True).select_option(index=1)
        treasurer.fill("What it was", "A present for the shop")
        treasurer.press("Book as this")
        treasurer.go(again)
        treasurer.press("Undo")

        treasurer.go("/pioneers/treasury/statements/new", look=False)
        treasurer.page.get_by_label("The bank’s file").set_input_files(statement)
        treasurer.press("Import")
        treasurer.sees("This file was imported before. Nothing has changed.")
        treasurer.go("/pioneers/treasury/queue")
        treasurer.go("/pioneers/treasury/ledger")
        treasurer.go("/pioneers/dues/arrears")
