"""Paper: HTML in, tagged PDF/A-3a out, rendered in a child process under limits of time and memory."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CHILD = Path(__file__).with_name("pdf_child.py")
SECONDS = 60
MEBIBYTES = 1024


class RenderError(Exception):
    """The page could not be made into paper; `reason` is "time", "memory" or "failure"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Attachment:
    """The data a document was made from, as it travels inside it. `dated` is an aware instant."""

    name: str
    text: str
    description: str
    dated: datetime


def render(
    html: str,
    *,
    css: str,
    title: str,
    lang: str,
    attachment: Attachment,
    seconds: int = SECONDS,
    mebibytes: int = MEBIBYTES,
) -> bytes:
    """The bytes of a tagged PDF/A-3a; equal input gives equal bytes. Raises RenderError.

    Only `data:` addresses are read: neither files nor the network.
    """
    job = {
        "html": html,
        "css": css,
        "title": title,
        "lang": lang,
        "attachment": attachment.text,
        "attachment_name": attachment.name,
        "attachment_description": attachment.description,
        "dated": attachment.dated.astimezone(UTC).isoformat(),
    }
    job["identifier"] = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()[:32]
    job |= {"seconds": str(seconds), "mebibytes": str(mebibytes)}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file, nothing a member typed
            [sys.executable, "-I", "-B", str(CHILD)],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=3 * seconds,  # the limit is of processor time; a busy machine takes longer
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired as slow:
        raise RenderError("time") from slow
    if done.returncode == 0 and done.stdout.startswith(b"%PDF-"):
        return done.stdout
    raise RenderError(_reason(done.returncode, done.stderr))


def _environment() -> dict[str, str]:
    """Only what finding fonts needs: no secret reaches the child, and nothing makes its bytes vary."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "FONTCONFIG_PATH") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}


def _reason(returncode: int, stderr: bytes) -> str:
    """Why the child ended: the kernel's signal at the CPU limit, or memory that wasn't there."""
    if returncode in {-24, -9}:
        return "time"
    # Abort, trap and segmentation fault are how the C libraries below end without memory.
    if returncode in {3, -5, -6, -11} or b"MemoryError" in stderr or b"alloc" in stderr:
        return "memory"
    return "failure"
