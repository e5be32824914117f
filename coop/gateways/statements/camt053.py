"""CAMT.053, the bank-to-customer statement of ISO 20022, in every version.

Elements are matched by local name: versions differ in namespace, and banks in fidelity to it.
"""

from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from coop.gateways.statements.camt_entry import BadElement, amount_of, at, day_in, each, lines_of, local, text
from coop.gateways.statements.refused import Refused
from coop.rules.money import is_currency
from coop.rules.statements import Line, Problem, Statement, StatementFile

_OTHERS = {
    "BkToCstmrAcctRpt": "The file is CAMT.052, an interim report that may change. Upload the CAMT.053 statement.",
    "BkToCstmrDbtCdtNtfctn": "The file is CAMT.054, which repeats what a statement holds. Upload the CAMT.053.",
}


def read(content: bytes) -> StatementFile:
    """The statements of a CAMT.053 document."""
    message = _message(_parse(content))
    found = each(message, "Stmt")
    if not found:
        raise Refused("The file holds no statement: the element BkToCstmrStmt has no Stmt inside.")
    statements, problems = [], []
    for number, element in enumerate(found, 1):
        try:
            statement, bad = _statement(element, number)
        except BadElement as why:
            raise Refused(f"Stmt {number}: {why}") from why
        statements.append(statement)
        problems += bad
    if problems and not any(statement.lines for statement in statements):
        raise Refused(f"No entry can be read. {problems[0].where}: {problems[0].sentence}")
    return StatementFile("camt.053", tuple(statements), tuple(problems))


def _parse(content: bytes) -> Element:
    try:
        # forbid_dtd stops entity bombs and outside entities alike; no bank sends a DTD.
        root: Element = fromstring(content, forbid_dtd=True)
    except ParseError as why:
        line, column = why.position
        raise Refused(f"The file is not well-formed XML: line {line}, column {column + 1}.") from why
    except DefusedXmlException as why:
        raise Refused(
            "The file declares a document type (the element <!DOCTYPE>), which a bank never does; it was not read."
        ) from why
    except (ValueError, LookupError) as why:
        raise Refused("The file's encoding, named in line 1, cannot be read. Save it as UTF-8.") from why
    return root


def _message(root: Element) -> Element:
    if local(root) == "html":
        raise Refused("The file is a web page, not a statement: its first element is html.")
    for child in root:
        if local(child) in _OTHERS:
            raise Refused(_OTHERS[local(child)])
        if local(child) == "BkToCstmrStmt" and local(root) == "Document":
            return child
    raise Refused(
        f"The file is no CAMT.053: its first element is {local(root)[:60]}, without a BkToCstmrStmt inside."
    )


def _statement(element: Element, number: int) -> tuple[Statement, list[Problem]]:
    account = text(element, "Acct/Id/IBAN") or text(element, "Acct/Id/Othr/Id")
    if not account:
        raise BadElement("Acct/Id names no account.")
    account = account.replace(" ", "").upper()
    balances = _balances(element)
    currency = text(element, "Acct/Ccy") or _currency_of(balances) or _first_currency(element)
    if not is_currency(currency):
        raise BadElement("neither Acct/Ccy nor a balance or entry names the account's currency.")

    lines: list[Line] = []
    problems: list[Problem] = []
    notes: list[str] = []
    for place, entry in enumerate(each(element, "Ntry"), 1):
        where = f"Ntry {place} of Stmt {number}"
        try:
            lines += lines_of(entry, account, currency, where, notes)
        except BadElement as why:
            problems.append(Problem(where, str(why)))
    opening = balances.get("OPBD") or balances.get("PRCD")
    closing = balances.get("CLBD")
    if opening is not None and opening[1] != currency:
        opening = None
    if closing is not None and closing[1] != currency:
        notes.append(
            f"The closing balance is in {closing[1]} and the account in {currency}, so the lines cannot be "
            "checked against it."
        )
    statement = Statement(
        account=account,
        currency=currency,
        lines=tuple(lines),
        number=text(element, "Id"),
        opening_minor=opening[0] if opening else None,
        closing_minor=closing[0] if closing else None,
        closing_currency=closing[1] if closing else "",
        first_day=day_in(at(element, "FrToDt/FrDtTm")) or (opening[2] if opening else None),
        last_day=day_in(at(element, "FrToDt/ToDtTm")) or (closing[2] if closing else None),
        whole_days=closing is not None,
        notes=tuple(notes),
    )
    return statement, problems


_BALANCE_TYPE = ("Tp/CdOrPrtry/Cd", "Tp/Cd")


def _balances(element: Element) -> dict[str, tuple[int, str, date | None]]:
    found: dict[str, tuple[int, str, date | None]] = {}
    for balance in each(element, "Bal"):
        code = next((code for path in _BALANCE_TYPE if (code := text(balance, path))), "")
        if code in {"OPBD", "PRCD", "CLBD"} and code not in found:
            minor, currency = amount_of(balance, f"balance {code}")
            found[code] = (minor, currency, day_in(at(balance, "Dt")))
    return found


def _currency_of(balances: dict[str, tuple[int, str, date | None]]) -> str:
    return next((balances[code][1] for code in ("OPBD", "PRCD", "CLBD") if code in balances), "")


def _first_currency(element: Element) -> str:
    amounts = (at(entry, "Amt") for entry in each(element, "Ntry"))
    return next((amount.get("Ccy", "") for amount in amounts if amount is not None), "")
