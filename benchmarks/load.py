"""The load: a process of its own that sends prepared requests over kept-alive connections.

Reads `{"host", "port", "connections", "requests": [text, …], "moments", "keep"}` from standard input and prints
the answers' statuses and times and its own seconds of processor, and with `keep` also the bodies in the requests'
order. Each request is sent once, by whichever connection is free. Without `moments` that is at once: a closed loop.
With them each is due at its own second, and its time counts from there, however long it waited for a connection.
One thread watches all connections, so that the load takes little of the processors it shares with the server.
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


def run(
    host: str,
    port: int,
    connections: int,
    requests: list[str],
    moments: Sequence[float] = (),
    *,
    keep: bool = False,
) -> dict:
    waiting = collections.deque(enumerate(text.encode() for text in requests))
    statuses, times, bodies = collections.Counter(), [], [""] * len(requests) if keep else []
    links = [Link(host, port) for _ in range(connections)]
    watch, free = selectors.DefaultSelector(), list(links)
    for link in links:
        watch.register(link.socket, selectors.EVENT_READ, link)

    began, used = time.perf_counter(), time.process_time()
    while len(times) < len(requests):
        now, soon = time.perf_counter(), None
        while free and waiting:
            due = began + moments[waiting[0][0]] if moments else now
            if due > now:
                soon = due - now
                break
            free.pop().send(*waiting.popleft(), due)
        for key, _ in watch.select(soon):
            link = key.data
            if (answer := link.answer()) is None:
                continue
            times.append(time.perf_counter() - link.due)
            statuses[answer[0]] += 1
            if keep:
                bodies[link.number] = answer[1].decode()
            free.append(link)
    seconds, used = time.perf_counter() - began, time.process_time() - used

    watch.close()
    for link in links:
        link.socket.close()
    return {"seconds": seconds, "cpu": used, "statuses": statuses, "times": sorted(times), "bodies": bodies}


if __name__ == "__main__":
    print(json.dumps(run(**json.load(sys.stdin))))
