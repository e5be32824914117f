"""Uploaded files, kept under the sha256 of their bytes, and handed out only as downloads."""

import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

MOST_BYTES = 15 * 1024 * 1024  # a little below what a request may hold
_CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class TooLargeError(ValueError):
    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"more than {most_bytes} bytes")
        self.most_bytes = most_bytes


class EmptyFileError(ValueError):
    """A file without a byte in it."""


@dataclass(frozen=True)
class StoredFile:
    sha256: str
    size_bytes: int


def keep(folder: Path, stream: BinaryIO, most_bytes: int = MOST_BYTES) -> StoredFile:
    """Store the bytes once and say their sha256; on TooLargeError or EmptyFileError nothing stays behind.

    The file is complete on disk before it gets its name, so a crash leaves no half a file under a sha256.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as temporary:
        written = Path(temporary.name)
        try:
            stored = _copy(stream, temporary, most_bytes)
            temporary.flush()
            os.fsync(temporary.fileno())
            place = path_of(folder, stored.sha256)
            place.parent.mkdir(exist_ok=True)
            written.replace(place)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    return stored


def _copy(source: BinaryIO, target: IO[bytes], most_bytes: int) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > most_bytes:
            raise TooLargeError(most_bytes)
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise EmptyFileError
    return StoredFile(digest.hexdigest(), size)


def path_of(folder: Path, sha256: str) -> Path:
    """Where these bytes lie; raises ValueError for what is no sha256, so no name can leave the folder."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a sha256")
    return folder / sha256[:2] / sha256[2:]


def holds(folder: Path, sha256: str) -> bool:
    return path_of(folder, sha256).is_file()


def safe_name(name: str, otherwise: str = "file") -> str:
    """The last part of the name, without what could break a header, a path or a reader's eye."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(
        sign for sign in last if unicodedata.category(sign)[0] not in "CZ" or sign in {" ", "\u200d"}
    )
    plain = re.sub(r'[<>:"|?*;%]+', "_", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    ending = ending[:16]
    stem = stem[: 120 - len(ending)].strip(" .")
    if not stem or _DEVICES.fullmatch(plain):
        stem = f"{otherwise}_{stem}".rstrip("_")
    return f"{stem}.{ending}" if ending else stem
