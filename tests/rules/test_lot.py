"""The lot: anyone with the seed gets the same order, and only from that seed."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.lot import draw, lot_order

tickets = st.lists(st.text(max_size=8), min_size=1, max_size=8, unique=True)


@given(seed=st.binary(max_size=40), occasion=st.text(max_size=8), names=tickets)
def test_the_order_of_the_lot_does_not_depend_on_the_order_of_the_list(seed, occasion, names):
    order = lot_order(seed, occasion, names)
    assert order == lot_order(seed, occasion, names[::-1])
    assert sorted(order) == sorted(names)
    assert draw(seed, occasion, names) == order[0]


def test_the_lot_can_be_re_run_with_the_published_recipe():
    names = ["1", "2", "3"]
    by_hand = min(
        names, key=lambda name: hmac.new(b"seed", f"tie 1:{name}".encode(), hashlib.sha256).hexdigest()
    )
    assert draw(b"seed", "tie 1", names) == by_hand


def test_the_lot_falls_on_each_about_equally_often():
    drawn = [draw(str(seed).encode(), "tie 1", ["1", "2", "3"]) for seed in range(3000)]
    assert all(900 < drawn.count(name) < 1100 for name in ("1", "2", "3"))


def test_a_ticket_drawn_twice_is_refused():
    with pytest.raises(ValueError, match="differ"):
        draw(b"seed", "tie 1", ["1", "1"])
