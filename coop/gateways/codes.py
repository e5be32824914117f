"""QR codes, drawn as SVG."""

import io

import segno


def qr_svg(text: str) -> str:
    """Draw a text: dark on white whatever the page's colours, and as wide as its place."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, dark="#000", light="#fff", border=4)
    return drawn.getvalue().decode()
