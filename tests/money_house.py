"""A co-op with dues and a bank account, for tests of money."""

from datetime import date

import pytest
from sqlalchemy import func, select

from coop.extensions import db
from coop.models.dues import Allocation, Charge
from coop.models.organisations import Body
from coop.models.records import AuditEvent
from coop.models.treasury import LedgerAccount, LedgerEntry, Match, Payment, Posting, Statement, StatementLine
from coop.services import dues, treasury
from coop.transaction import writing

HEADER = "date,amount,currency,name,account,purpose,bank_id"
TODAY = date(2026, 11, 21)


def row(amount="12.00", purpose="", name="", account="", day="2026-11-03", bank_id=""):
    return f"{day},{amount},EUR,{name},{account},{purpose},{bank_id}"


@pytest.fixture
def house(context, make, deed):
    """A co-op with a treasurer, two members and monthly dues of 12.00 charged for November."""
    return House(make, deed)


class House:
    def __init__(self, make, deed):
        self.make, self.deed, self.now = make, deed, make.now
        self.organisation = make.organisation()
        self.amina = make.member(self.organisation, "Amina Okafor")
        self.bjorn = make.member(self.organisation, "Björn Åkesson")
        self.treasurer = make.actor(make.officer(self.organisation, "treasurer", "Ines"))
        self.plan = None

    def charge(self, *, until=TODAY, starts_on=date(2026, 11, 1)):
        if self.plan is None:
            self.plan = self.make.dues_plan(self.organisation, self.treasurer, starts_on=starts_on)
        return self.deed(treasury.charge_dues, self.organisation, self.treasurer, until, self.now)

    def account(self):
        body = db.session.scalar(select(Body).where(Body.kind == "assembly"))
        with writing():
            return treasury.accounts_of(body, self.now)["bank"]

    def imports(self, *rows, content=None, file_name="november.csv", actor=None):
        content = content or "\n".join([HEADER, *rows]).encode()
        parsed = treasury.read(content, file_name)
        return self.deed(
            treasury.import_statement,
            self.account(),
            actor or self.treasurer,
            self.now,
            content=content,
            file_name=file_name,
            parsed=parsed,
        )

    def charges(self, member):
        return db.session.scalars(
            select(Charge)
            .where(Charge.membership_id == member.id)
            .order_by(Charge.period_starts_on, Charge.id)
        ).all()

    def open(self, member):
        account = dues.account_of(member, self.treasurer, TODAY)
        return sum(one.open_minor for one in account.rows)

    def lines(self):
        return db.session.scalars(select(StatementLine).order_by(StatementLine.id)).all()

    def balance(self, role):
        return db.session.scalar(
            select(func.coalesce(func.sum(Posting.amount_minor), 0))
            .join(LedgerAccount, LedgerAccount.id == Posting.account_id)
            .where(LedgerAccount.role == role)
        )

    def count(self, model):
        return db.session.scalar(select(func.count()).select_from(model))


def everything(house):
    return {
        model.__name__: house.count(model)
        for model in (
            LedgerEntry,
            Posting,
            Payment,
            Allocation,
            Match,
            StatementLine,
            Statement,
            Charge,
            AuditEvent,
        )
    }
