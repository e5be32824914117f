"""Dues: what the plans are, what each member owes because of them, and why."""

from coop.services.dues.accounts import (
    Arrears,
    MemberAccount,
    Paid,
    Row,
    account_of,
    arrears,
    credit_of,
    find_charge,
    label_of,
    open_charges,
    paid_on,
    total,
)
from coop.services.dues.desired import MemberChange, add_charges, changes, take_back
from coop.services.dues.plans import (
    bodies_under,
    dues_decisions,
    find_member,
    plans_of,
    plans_on,
    put_in_band,
    set_plan,
    waive,
)

__all__ = [
    "Arrears",
    "MemberAccount",
    "MemberChange",
    "Paid",
    "Row",
    "account_of",
    "add_charges",
    "arrears",
    "bodies_under",
    "changes",
    "credit_of",
    "dues_decisions",
    "find_charge",
    "find_member",
    "label_of",
    "open_charges",
    "paid_on",
    "plans_of",
    "plans_on",
    "put_in_band",
    "set_plan",
    "take_back",
    "total",
    "waive",
]
