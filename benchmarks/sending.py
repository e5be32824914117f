"""Requests to a served application: how many a second, how long each took, and whose processor it was."""

import json
import os
import subprocess
import sys
import urllib.parse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coop.cli.serve import HOST
from tests.server import ROOT, Server

CONNECTIONS = 16
CORES = os.cpu_count() or 1
HEAD = [
    "| what | per second | median ms | p99 ms | server: ms of processor each | load: of all processors | answers |",
    "|---|---:|---:|---:|---:|---:|---|",
]


@dataclass(frozen=True)
class Run:
    """What came back, and the seconds of processor that server and load took for it."""

    seconds: float
    times: list[float]
    statuses: dict[str, int]
    server: float
    load: float
    bodies: list[str]

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        times = sorted(self.times)
        return times[min(len(times) - 1, int(len(times) * share))] * 1000

    def row(self, name: str) -> str:
        answers = ", ".join(f"{count} × {status}" for status, count in self.statuses.items())
        each, share = self.server / len(self.times) * 1000, self.load / (self.seconds * CORES)
        return (
            f"| {name} | {self.per_second:.0f} | {self.quantile(0.5):.0f} | {self.quantile(0.99):.0f} "
            f"| {each:.1f} | {share:.1%} | {answers} |"
        )


def joined(runs: Sequence[Run]) -> Run:
    """Several runs as one that had breaks."""
    statuses: Counter[str] = Counter()
    for run in runs:
        statuses.update(run.statuses)
    return Run(
        sum(run.seconds for run in runs),
        [time for run in runs for time in run.times],
        dict(statuses),
        sum(run.server for run in runs),
        sum(run.load for run in runs),
        [body for run in runs for body in run.bodies],
    )


def send(
    server: Server,
    requests: list[str],
    moments: Sequence[float] = (),
    *,
    connections: int = CONNECTIONS,
    keep: bool = False,
) -> Run:
    """Send every request once from a process of its own, flat out or each at its moment."""
    told = {
        "host": HOST, "port": server.port, "connections": connections,
        "requests": requests, "moments": list(moments), "keep": keep,
    }  # fmt: skip
    before = server.processor_seconds()
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT, input=json.dumps(told), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    took, answer = server.processor_seconds() - before, json.loads(result.stdout)
    return Run(answer["seconds"], answer["times"], answer["statuses"], took, answer["cpu"], answer["bodies"])


def get(path: str, cookie: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: bench\r\nCookie: {cookie}\r\n\r\n"


def post(path: str, cookie: str, **fields: str) -> str:
    """A form as a browser sends it."""
    return _post(path, "application/x-www-form-urlencoded", urllib.parse.urlencode(fields), Cookie=cookie)


def post_json(path: str, value: object, **headers: str) -> str:
    return _post(path, "application/json", json.dumps(value), **headers)


def _post(path: str, kind: str, body: str, **headers: str) -> str:
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", "User-Agent: bench"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines) + "\r\n\r\n" + body
