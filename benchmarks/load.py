"""The load: a process of its own that sends prepared requests and takes little processor for it.

Reads `{"host", "port", "connections", "requests": [text, …], "moments", "keep"}` from standard input and prints
the answers' statuses and times and its own seconds of processor, and with `keep` also the bodies in the requests'
order. Each request is sent once. Without `moments` that is as soon as one of so many kept-alive connections is
free: a closed loop. With them each is sent at its own second over a connection of its own, as members' browsers
do, however busy the server is. One thread watches all connections.
"""

import collections
import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence


class Link:
    """One connection: the request that is under way, since when it was due, and what came back so far."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number, self.due, self.came = 0, 0.0, b""

    def send(self, number: int, request: bytes, due: float) -> None:
        self.number, self.due, self.came = number, due, b""
        self.socket.sendall(request)

    def answer(self) -> tuple[int, bytes] | None:
        """Read what is there; gives status and body once the answer is whole."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("The server hung up.")
        self.came += more
        head, gap, body = self.came.partition(b"\r\n\r\n")
        if not gap or len(body) < length_of(head):
            return None
        return int(head[9:12]), body


def length_of(head: bytes) -> int:
    """How long the body is; every answer measured here says so."""
    name = b"content-length:"
    at = head.lower().index(name) + len(name)
    return int(head[at:].split(b"\r\n", 1)[0])


class Load:
    """All requests: which are waiting, which connections are free, and what was answered."""

    def __init__(self, host: str, port: int, requests: list[str], moments: Sequence[float]) -> None:
        self.place, self.moments = (host, port), moments
        self.waiting = collections.deque(enumerate(text.encode() for text in requests))
        self.watch, self.free = selectors.DefaultSelector(), []
        self.statuses, self.times, self.bodies = collections.Counter(), [], [""] * len(requests)

    def open(self) -> Link:
        link = Link(*self.place)
        self.watch.register(link.socket, selectors.EVENT_READ, link)
        return link

    def close(self, link: Link) -> None:
        self.watch.unregister(link.socket)
        link.socket.close()

    def send_what_is_due(self, began: float) -> float | None:
        """Send what can be sent now; gives the seconds until the next is due, if that is what to wait for."""
        now = time.perf_counter()
        while self.waiting and (self.moments or self.free):
            due = began + self.moments[self.waiting[0][0]] if self.moments else now
            if due > now:
                return due - now
            link = self.free.pop() if self.free else self.open()
            link.send(*self.waiting.popleft(), due)
        return None

    def take(self, link: Link) -> None:
        """Note an answer, if it is whole."""
        if (answer := link.answer()) is None:
            return
        self.times.append(time.perf_counter() - link.due)
        self.statuses[answer[0]] += 1
        self.bodies[link.number] = answer[1].decode()
        if self.moments:
            self.close(link)
        else:
            self.free.append(link)


def run(
    host: str,
    port: int,
    connections: int,
    requests: list[str],
    moments: Sequence[float] = (),
    *,
    keep: bool = False,
) -> dict:
    load = Load(host, port, requests, moments)
    load.free = [] if moments else [load.open() for _ in range(connections)]
    began, used = time.perf_counter(), time.process_time()
    while len(load.times) < len(requests):
        for key, _ in load.watch.select(load.send_what_is_due(began)):
            load.take(key.data)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    for link in load.free:
        load.close(link)
    load.watch.close()
    return {
        "seconds": seconds,
        "cpu": used,
        "statuses": load.statuses,
        "times": load.times,
        "bodies": load.bodies if keep else [],
    }


if __name__ == "__main__":
    print(json.dumps(run(**json.load(sys.stdin))))
