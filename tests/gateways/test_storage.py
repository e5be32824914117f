import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.gateways import storage


def kept(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_is_kept_under_its_sha256_once(tmp_path):
    first = storage.keep(tmp_path, io.BytesIO(b"song"))
    again = storage.keep(tmp_path, io.BytesIO(b"song"))
    assert first == again == storage.StoredFile(hashlib.sha256(b"song").hexdigest(), 4)
    assert [path.read_bytes() for path in kept(tmp_path)] == [b"song"]
    assert storage.holds(tmp_path, first.sha256)


@pytest.mark.parametrize(("size", "fits"), [(9, True), (10, True), (11, False)])
def test_a_file_over_the_limit_leaves_nothing_behind(tmp_path, size, fits):
    if fits:
        assert storage.keep(tmp_path, io.BytesIO(b"x" * size), most_bytes=10).size_bytes == size
        return
    with pytest.raises(storage.TooLargeError):
        storage.keep(tmp_path, io.BytesIO(b"x" * size), most_bytes=10)
    assert kept(tmp_path) == []


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(storage.EmptyFileError):
        storage.keep(tmp_path, io.BytesIO())
    assert kept(tmp_path) == []


def test_a_broken_upload_leaves_nothing_behind(tmp_path):
    class Broken(io.BytesIO):
        def read(self, *_):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        storage.keep(tmp_path, Broken())
    assert kept(tmp_path) == []


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "0" * 63 + "\n"])
def test_what_is_no_sha256_is_no_path(tmp_path, name):
    with pytest.raises(ValueError, match="sha256"):
        storage.path_of(tmp_path, name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Song of the mill.ogg", "Song of the mill.ogg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\amina\\score.pdf", "score.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("Lied für Zoë.mp3", "Lied für Zoë.mp3"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("...", "file"),
        ("CON.txt", "file_CON.txt"),
        ("x" * 300 + ".pdf", "x" * 117 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe_and_stays_readable(name, safe):
    assert storage.safe_name(name) == safe


@given(st.text())
def test_every_file_name_is_safe(name):
    safe = storage.safe_name(name)
    assert 0 < len(safe) <= 140
    assert not set(safe) & set('/\\\r\n\0"<>:|?*')
    assert not safe.startswith(".")
