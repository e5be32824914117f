"""A server of its own process, as `coop serve` starts it once the database is ready."""

import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from coop.cli.serve import HOST, server_words

ROOT = Path(__file__).parent.parent
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Server:
    """Serves the database of an application that a test or a measurement has filled, on a port that stays."""

    def __init__(self, settings, *, target="wsgi:app", workers=1):
        # The sessions that were made for the application must be good here.
        secret = settings.instance / "secrets" / "secret-key"
        secret.parent.mkdir(mode=0o700, exist_ok=True)
        secret.write_text(settings.secret_key)
        self.port = free_port()
        self.words = server_words(self.port, workers, target=target)
        self.environment = os.environ | {
            "INSTANCE": str(settings.instance),
            "COOP_DATABASE_URL": settings.database_url,
            "COOP_BALLOT_KEY": settings.ballot_key,
            "COOP_ENV": "",
        }
        self.log = settings.instance / "server.log"
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:  # what did not come up in time is not left running
            self.kill()
            raise
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def start(self):
        """Start, and return how many seconds it took until a page was served."""
        began = time.monotonic()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.words, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        while not self.is_up():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < 60, self.log.read_text()
            time.sleep(0.02)
        return time.monotonic() - began

    def is_up(self):
        link = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            link.request("GET", "/healthz")
            return link.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()

    def end(self, how):
        """Send a signal to every process of the server: SIGTERM asks, SIGKILL does not."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(30)

    def kill(self):
        self.end(signal.SIGKILL)

    def processor_seconds(self):
        """How long the server's processes, itself and its workers, have been computing."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return sum(_computed(one) for one in (pid, *workers))


def _computed(pid):
    # After the name in brackets: user and system ticks are the 14th and 15th fields.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
