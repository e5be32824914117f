"""The practice bank's statements: a CAMT.053 file as a bank would hand it out."""

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

IBAN = "GB33BUKB20201555555555"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True)
class Booked:
    """One line of the statement: money in is positive; `reference` is structured, `purpose` free words."""

    on: date
    amount_minor: int
    name: str
    purpose: str = ""
    reference: str = ""


def statement(number: int, opening_minor: int, lines: list[Booked]) -> tuple[bytes, int]:
    """Write a statement of these lines and return it with its closing balance in minor units."""
    closing = opening_minor + sum(line.amount_minor for line in lines)
    entries = "".join(_entry(number, at, line) for at, line in enumerate(lines, start=1))
    first, last = lines[0].on, lines[-1].on
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>
<GrpHdr><MsgId>TOAD-{number}</MsgId><CreDtTm>{last}T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>TOAD-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{last}T20:00:00</CreDtTm>
<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", opening_minor, first)}{_balance("CLBD", closing, last)}
{entries}</Stmt></BkToCstmrStmt></Document>
"""
    return text.encode(), closing


def _sum(minor: int) -> str:
    return f"{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _way(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def _balance(code: str, minor: int, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{_sum(minor)}</Amt>"
        f"<CdtDbtInd>{_way(minor)}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>\n"
    )


def _entry(number: int, at: int, line: Booked) -> str:
    said = f"<Ustrd>{escape(line.purpose)}</Ustrd>" if line.purpose else ""
    if line.reference:
        said += (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
            f"<Ref>{line.reference}</Ref></CdtrRefInf></Strd>"
        )
    party = "Dbtr" if line.amount_minor > 0 else "Cdtr"
    return (
        f"<Ntry><Amt Ccy='EUR'>{_sum(line.amount_minor)}</Amt><CdtDbtInd>{_way(line.amount_minor)}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line.on}</Dt></BookgDt><ValDt><Dt>{line.on}</Dt></ValDt>"
        f"<AcctSvcrRef>{number:04d}-{at:04d}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><RltdPties><{party}><Pty><Nm>{escape(line.name)}</Nm></Pty></{party}></RltdPties>"
        f"<RmtInf>{said}</RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )
