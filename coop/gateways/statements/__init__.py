"""Reading the files banks give: bytes in, plain values out, or a refusal that names the place."""

from coop.gateways.statements import camt053, csv
from coop.gateways.statements.refused import Refused
from coop.rules.statements import StatementFile

__all__ = ["LARGEST_BYTES", "Refused", "read"]

LARGEST_BYTES = 10 * 1024 * 1024

# What people upload by mistake, known by how it begins.
_OTHERS = (
    (b"%PDF", "The file is a PDF. Ask the bank for the statement as CAMT.053 or CSV."),
    (b"PK\x03\x04", "The file is a ZIP archive or a spreadsheet. Unpack it, or save the sheet as CSV."),
    (b"\x89PNG", "The file is a picture. Ask the bank for the statement as CAMT.053 or CSV."),
    (b"\xff\xd8\xff", "The file is a picture. Ask the bank for the statement as CAMT.053 or CSV."),
    (b"OFXHEADER", "The file is OFX, which is not read yet. Ask the bank for CAMT.053 or CSV."),
    (b":20:", "The file is MT940, which is not read yet. Ask the bank for CAMT.053 or CSV."),
    (b"{1:", "The file is a SWIFT message, which is not read yet. Ask the bank for CAMT.053 or CSV."),
)


def read(content: bytes, filename: str) -> StatementFile:
    """The statements in the file; raises Refused with a sentence if nothing of it may be booked.

    A row that cannot be read does not lose the others: it is listed among the file's problems.
    """
    if not content.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise Refused(f"The file “{filename[:80]}” is empty.")
    if len(content) > LARGEST_BYTES:
        size = len(content) / 1024 / 1024
        raise Refused(
            f"The file has {size:.0f} MiB; a statement may have {LARGEST_BYTES // 1024 // 1024}. "
            "Ask the bank for a shorter period."
        )
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, sentence in _OTHERS:
        if start.startswith(magic):
            raise Refused(sentence)
    if start.startswith(b"<") or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return camt053.read(content)
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        raise Refused(f"The file is not text: line {line} holds a zero byte. Upload CAMT.053 or CSV.")
    return csv.read(content)
