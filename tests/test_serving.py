"""`coop serve` as `make run` starts it: one server an instance, nothing lost, stopped at any moment."""

import os
import re
import resource
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

COOP = Path(sys.executable).with_name("coop")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A server of its own process on an instance; `say` is what it printed."""

    def __init__(self, instance, *options, port=None, **environment):
        self.port = port or free_port()
        self.log = instance.parent / f"{self.port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [COOP, "serve", "--port", str(self.port), "--no-demo", *options],
                env={**os.environ, "INSTANCE": str(instance), "COOP_ENV": "", **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def say(self):
        return self.log.read_text()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()

    def wait(self):
        for _ in range(600):
            assert self.process.poll() is None, self.say
            try:
                return self.get("/healthz")
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.say)

    def ends(self):
        """Wait for a start that must fail, and return what it said."""
        self.process.wait(60)
        return self.process.returncode, self.say

    def stop(self):
        """Ctrl-C: the whole foreground group is interrupted."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def serve(folder):
    started = []

    def start(*options, **environment):
        started.append(Served(folder, *options, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait(10)


def test_an_empty_server_offers_its_operator_the_founding_page(serve, folder):
    server = serve()
    assert server.wait() == (200, "ok\n")
    address = re.search(r"http://127\.0\.0\.1:\d+(/found\?code=[0-9a-f-]+)", server.say)
    assert address
    status, page = server.get(address[1])
    assert status == 200
    assert address[1].split("=")[1] in page
    for secret in (folder / "secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_server_on_the_same_instance_is_refused_and_the_first_goes_on(serve):
    first = serve()
    first.wait()
    code, words = serve().ends()
    assert code == 1
    assert "already" in words
    code, words = serve(port=first.port).ends()
    assert code == 1
    assert f"PORT={first.port + 1}" in words
    assert first.get("/healthz") == (200, "ok\n")


def test_several_processes_on_sqlite_are_refused(serve):
    code, words = serve("--workers", "2").ends()
    assert code == 1
    assert "SQLite takes one server process" in words


def test_interrupting_the_server_leaves_a_sound_database_and_the_next_start_serves_the_same(
    serve, folder, evidence
):
    server = serve()
    server.wait()
    code = re.search(r"code=([0-9a-f-]+)", server.say)[1]
    server.stop()
    with sqlite3.connect(folder / "coop.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    again = serve()
    again.wait()
    seconds = time.monotonic() - began
    assert f"code={code}" in again.say
    again.stop()
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    # What a start costs, whoever else uses this machine meanwhile.
    assert busy < 10
    evidence(second_start_seconds=round(seconds, 1), second_start_cpu_seconds=round(busy, 1))


def test_a_server_killed_while_it_writes_leaves_a_sound_database(serve, folder):
    server = serve()
    server.wait()
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    with sqlite3.connect(folder / "coop.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    serve().wait()


def test_production_names_the_setting_that_is_missing(serve):
    code, words = serve(COOP_ENV="production").ends()
    assert code == 1
    assert re.search(r"COOP_[A-Z_]+ is not set\.", words)


def test_a_demonstration_that_was_interrupted_is_begun_anew(folder):
    from coop.cli.serve import LOADING, clear_half_loaded
    from tests.conftest import settings_for

    folder.mkdir()
    for name in ("coop.db", "coop.db-wal", LOADING):
        (folder / name).touch()
    settings = settings_for(folder, f"sqlite:///{folder / 'coop.db'}")
    clear_half_loaded(settings)
    assert list(folder.iterdir()) == []
    (folder / "coop.db").touch()
    clear_half_loaded(settings)
    assert (folder / "coop.db").exists()
