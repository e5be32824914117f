"""One entry (Ntry) of a CAMT message: its lines, or why it cannot be booked."""

import re
from collections.abc import Sequence
from datetime import date
from xml.etree.ElementTree import Element

from coop.rules.money import NotAnAmount, parse_amount
from coop.rules.statements import Line


class BadElement(ValueError):  # noqa: N818 - it becomes a line in a list, not an error
    """An element says something that cannot be booked; the message is a sentence that names it."""


def local(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def each(element: Element, name: str) -> list[Element]:
    return [child for child in element if local(child) == name]


def at(element: Element | None, path: str) -> Element | None:
    """The first element at the path of local names."""
    for name in path.split("/"):
        if element is None:
            return None
        element = next((child for child in element if local(child) == name), None)
    return element


def text(element: Element | None, path: str) -> str:
    found = at(element, path)
    return re.sub(r"\s+", " ", found.text or "").strip() if found is not None else ""


def day_in(element: Element | None) -> date | None:
    """The day of a date element (Dt or DtTm inside, or its own text); the bank's own day, zone or not."""
    if element is None:
        return None
    written = text(element, "Dt") or text(element, "DtTm") or (element.text or "").strip()
    found = re.match(r"(\d{4}-\d{2}-\d{2})(?:$|[TZ+-])", written, re.ASCII)
    if found is None:
        if written:
            raise BadElement(f"“{written[:40]}” in {local(element)} is not a date.")
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError as why:
        raise BadElement(f"“{found[1]}” in {local(element)} is not a date.") from why


def amount_of(element: Element, what: str) -> tuple[int, str]:
    """The signed amount of a balance, entry or transaction: a debit is negative."""
    minor, currency = _unsigned(at(element, "Amt"), what)
    return (minor if is_credit(element, what) else -minor), currency


def is_credit(element: Element, what: str) -> bool:
    indicator = text(element, "CdtDbtInd")
    if indicator not in {"CRDT", "DBIT"}:
        raise BadElement(f"CdtDbtInd of the {what} says “{indicator[:20]}”; it must say CRDT or DBIT.")
    return indicator == "CRDT"


def _unsigned(amount: Element | None, what: str) -> tuple[int, str]:
    if amount is None:
        raise BadElement(f"the {what} has no Amt.")
    currency = amount.get("Ccy", "")
    try:
        minor = parse_amount(amount.text or "", currency)
    except NotAnAmount as why:
        raise BadElement(f"Amt of the {what}: {why}") from why
    if minor < 0:
        raise BadElement(f"Amt of the {what} is negative; CdtDbtInd carries the sign.")
    return minor, currency


def lines_of(entry: Element, own_account: str, currency: str, where: str, notes: list[str]) -> list[Line]:
    """The entry's lines: none if it is not booked, several if its transactions add up to it."""
    status = text(entry, "Sts/Cd") or text(entry, "Sts")
    if status in {"PDNG", "INFO", "FUTR"}:
        notes.append(f"{where} is not booked yet ({status}) and was left out.")
        return []
    if status != "BOOK":
        raise BadElement(f"Sts says “{status[:20]}”, so the entry cannot be taken for booked.")
    amount, paid_in = amount_of(entry, "entry")
    if paid_in != currency:
        raise BadElement(f"Amt of the entry is in {paid_in[:3]}, but the account is in {currency}.")
    if amount == 0:
        raise BadElement("Amt of the entry is zero, so there is nothing to book.")
    booked_on = day_in(at(entry, "BookgDt")) or day_in(at(entry, "ValDt"))
    if booked_on is None:
        raise BadElement("the entry has neither a BookgDt nor a ValDt.")

    details = [transaction for batch in each(entry, "NtryDtls") for transaction in each(batch, "TxDtls")]
    parts = _parts(details, amount, currency) if len(details) > 1 else None
    if parts is None and len(details) > 1:
        notes.append(
            f"{where} holds {len(details)} payments whose amounts do not add up to it; it is one line here."
        )
    if parts is None:
        return [_line(entry, details, amount, currency, booked_on, own_account, where)]
    return [
        _line(entry, [detail], part, currency, booked_on, own_account, f"{where}, TxDtls {place}")
        for place, (detail, part) in enumerate(zip(details, parts, strict=True), 1)
        if part
    ]


def _parts(details: Sequence[Element], total: int, currency: str) -> list[int] | None:
    """The signed amount of each transaction, if all have one in the currency and they add up."""
    parts = []
    for detail in details:
        amount = at(detail, "Amt")
        if amount is None or amount.get("Ccy") != currency:
            amount = at(detail, "AmtDtls/TxAmt/Amt")
        try:
            minor, paid_in = _unsigned(amount, "transaction")
        except BadElement:
            return None
        if paid_in != currency:
            return None
        indicator = text(detail, "CdtDbtInd")
        is_in = indicator == "CRDT" if indicator else total > 0
        parts.append(minor if is_in else -minor)
    return parts if sum(parts) == total else None


def _line(
    entry: Element,
    details: Sequence[Element],
    amount: int,
    currency: str,
    booked_on: date,
    own_account: str,
    where: str,
) -> Line:
    reversal = text(entry, "RvslInd").lower() in {"true", "1"}
    # A returned payment keeps the parties of the payment it returns: the debtor is still who owes us.
    is_return = reversal or any(at(detail, "RtrInf") is not None for detail in details)
    payer_side = (amount > 0) != is_return
    name, account = _counterparty(details, own_account, payer_side=payer_side)
    purpose = " ".join(filter(None, (_purpose(detail) for detail in details)))
    return Line(
        booked_on=booked_on,
        value_on=day_in(at(entry, "ValDt")),
        amount_minor=amount,
        currency=currency,
        name=name,
        account=account,
        purpose=purpose or text(entry, "AddtlNtryInf"),
        reference=_first(details, "RmtInf/Strd/CdtrRefInf/Ref"),
        mandate=_first(details, "Refs/MndtId"),
        bank_ids=_ids(entry, details),
        is_return=is_return,
        fee_minor=_fee(details, currency) if is_return else 0,
        where=where,
    )


def _first(details: Sequence[Element], path: str) -> str:
    return next((found for detail in details if (found := text(detail, path))), "")


def _counterparty(details: Sequence[Element], own_account: str, *, payer_side: bool) -> tuple[str, str]:
    """Name and account of the other side; some banks fill in only the side one does not expect."""
    if len(details) != 1:
        return "", ""
    parties = at(details[0], "RltdPties")
    sides = ("Dbtr", "Cdtr") if payer_side else ("Cdtr", "Dbtr")
    for side in sides:
        account = text(parties, f"{side}Acct/Id/IBAN") or text(parties, f"{side}Acct/Id/Othr/Id")
        account = account.replace(" ", "").upper()
        name = text(parties, f"{side}/Nm") or text(parties, f"{side}/Pty/Nm")
        if (name or account) and account != own_account:
            return name, account
    ultimate = f"Ultmt{sides[0]}"
    return text(parties, f"{ultimate}/Nm") or text(parties, f"{ultimate}/Pty/Nm"), ""


def _purpose(detail: Element) -> str:
    remittance = at(detail, "RmtInf")
    parts = [_squeeze(part) for part in each(remittance, "Ustrd")] if remittance is not None else []
    structured = each(remittance, "Strd") if remittance is not None else []
    parts += [_squeeze(info) for strd in structured for info in each(strd, "AddtlRmtInf")]
    parts += [text(detail, "RtrInf/AddtlInf")]
    return " ".join(filter(None, parts)) or text(detail, "AddtlTxInf")


def _squeeze(element: Element) -> str:
    return re.sub(r"\s+", " ", element.text or "").strip()


def _ids(entry: Element, details: Sequence[Element]) -> tuple[str, ...]:
    paths = ("Refs/AcctSvcrRef", "Refs/TxId", "Refs/EndToEndId", "Refs/InstrId", "Refs/UETR")
    found = [text(entry, "AcctSvcrRef"), text(entry, "NtryRef")]
    found += [text(detail, path) for detail in details for path in paths]
    return tuple(dict.fromkeys(one for one in found if one and one != "NOTPROVIDED"))


def _fee(details: Sequence[Element], currency: str) -> int:
    """What the banks took for the return, where every record of it is in the account's currency."""
    total = 0
    for detail in details:
        charges = at(detail, "Chrgs")
        records = [] if charges is None else (each(charges, "Rcrd") or [charges])
        for record in records:
            try:
                minor, paid_in = _unsigned(at(record, "Amt"), "charge")
            except BadElement:
                return 0
            if paid_in != currency:
                return 0
            total += minor
    return total
