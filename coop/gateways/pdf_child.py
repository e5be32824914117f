"""The child process that renders one page of paper: a JSON job on stdin, a PDF on stdout.

Runs alone (`python -I pdf_child.py`), under its own limits, so that no text a member types can slow, fill
or stop the process that serves everyone else.
"""

import json
import logging
import resource
import sys
from datetime import datetime
from pathlib import Path

MEBIBYTE = 1024 * 1024


def limit(seconds: int, mebibytes: int) -> None:
    """Let the kernel end this process when it uses more than it may."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MEBIBYTE, mebibytes * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def peak_mebibytes() -> int:
    """The most address space this process ever had; 0 where the kernel does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmPeak:")), 0)


def render(job: dict[str, str]) -> bytes:
    """One HTML page as tagged PDF/A-3a, its data attached; dated by the job, never by the clock."""
    from weasyprint import CSS, HTML, Attachment  # noqa: PLC0415 - only after the limits are set
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    dated = datetime.fromisoformat(job["dated"])
    document = HTML(string=job["html"], base_url=None, url_fetcher=fetcher, media_type="print").render(
        stylesheets=[CSS(string=job["css"], url_fetcher=fetcher)],
        pdf_variant="pdf/a-3a",
    )
    about = document.metadata
    about.title, about.lang = job["title"], job["lang"]
    about.created = about.modified = dated.strftime("%Y-%m-%dT%H:%M:%SZ")
    about.generator = "Coop"
    about.attachments = [
        Attachment(
            string=job["attachment"],
            name=job["attachment_name"],
            description=job["attachment_description"],
            created=dated,
            modified=dated,
            relationship="Data",
        )
    ]
    written: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=job["identifier"].encode("ascii")
    )
    return written


def main() -> int:
    """Read the job, render it, write it; 3 says that memory ran out."""
    job = json.load(sys.stdin)
    limit(int(job["seconds"]), int(job["mebibytes"]))
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # its warnings quote what members typed
    try:
        written = render(job)
    except MemoryError:
        return 3
    except Exception:
        # A library that gets no memory may say anything: what was used tells why.
        if peak_mebibytes() >= 0.9 * int(job["mebibytes"]):
            return 3
        raise
    sys.stdout.buffer.write(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
