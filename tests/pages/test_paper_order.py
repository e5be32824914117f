"""The paper in its order: the page says which and why, the officer sees it before, and anyone can draw it again."""

import json
import re

import pytest
from click.testing import CliRunner

from coop.cli import main
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots, organisations
from tests.make import PASSWORD


@pytest.fixture
def drafted(client, make):
    """Draft an election of four by a method under an order; sign the returning officer in; give its address."""

    def build(order, method="irv"):
        coop = make.organisation(
            text=f'7. Papers are counted by [a method]{{provision="election.method" value="{method}"}}.\n\n'
            f'8. Candidates stand [so]{{provision="ballot.order" value="{order}"}}.'
        )
        officer = make.officer(
            coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD
        )
        people = [
            make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
            for name in ("Ada", "Ben", "Cem", "Dora")
        ]
        with make.scope():
            here, rita = db.session.get(Organisation, coop.id), make.actor(officer)
            office = organisations.find_office(here, "treasurer")
            candidates = ballots.candidates_by_number(here, [(one.number, "I would.") for one in people])
            ballots.set_up_election(here, rita, make.now, office=office, candidates=candidates)
        client.sign_in("rita@pioneers.example", PASSWORD)
        return "/pioneers/ballots/1"

    return build


def on_paper(page):
    return re.findall(r"\b(Ada|Ben|Cem|Dora)\b(?= no place)", page.text)


def test_the_officer_sees_the_paper_with_its_order_and_secrecy_before_announcing(client, drafted):
    page = client.visit(f"{drafted('rotated')}/check")
    assert "The paper, as voters will see it Try it: nothing marked here is sent." in page
    assert on_paper(page) == ["Ada", "Ben", "Cem", "Dora"]
    assert "Other members and officers cannot see it." in page
    assert "Each voter's paper begins with another candidate" in page
    assert "so that nobody gains by standing first. Article 8." in page


@pytest.mark.parametrize("method", ["plurality", "approval", "score", "irv"])
def test_every_kind_of_paper_is_shown_to_the_officer(client, drafted, method):
    page = client.visit(f"{drafted('name', method)}/check")
    assert {"Ada", "Ben", "Cem", "Dora"} <= {
        page.markup.label_of(c) for c in page.markup.all("input", "select")
    }


def test_two_voters_begin_with_others_and_the_count_is_by_number(client, drafted):
    address = drafted("rotated")
    client.visit(f"{address}/check")
    client.press("Open the vote now")
    seen = []
    for name in ("rita", "ada", "ben"):
        client.sign_out()
        client.sign_in(f"{name}@pioneers.example", PASSWORD)
        page = client.visit(address)
        assert "so that nobody gains by standing first. Article 8." in page
        seen.append(on_paper(page)[0])
    assert len(set(seen)) == 3
    client.fill("Dora", "1")
    assert "You ranked: Dora" in client.press("Cast my vote")


def test_the_lot_can_be_drawn_again_as_the_page_of_the_roll_says(client, drafted, tmp_path):
    address = drafted("lot")
    client.visit(f"{address}/check")
    client.press("Open the vote now")
    order = on_paper(client.visit(address))
    roll = client.visit(f"{address}/roll").text
    seed = re.search(r'coop draw FILE --seats 4 --occasion "order of the paper" --seed ([0-9a-f]{64})', roll)[
        1
    ]
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("1\n2\n3\n4\n")
    asked = [
        "draw",
        str(numbers),
        "--seats",
        "4",
        "--occasion",
        "order of the paper",
        "--seed",
        seed,
        "--json",
    ]
    drawn = json.loads(CliRunner().invoke(main, asked).output)["drawn"]
    assert [("Ada", "Ben", "Cem", "Dora")[int(one["ticket"]) - 1] for one in drawn] == order
