"""The load: a process of its own that sends prepared requests over kept-alive connections.

Reads `{"host", "port", "connections", "requests": [text, …], "keep"}` from standard input and prints the
answers' statuses, times and own seconds of processor, and with `keep` their bodies in the requests' order.
Each request is sent once, by whichever connection is free: a closed loop. One thread watches all connections,
so that the load takes as little as can be of the processors it shares with the server.
"""

import collections
import json
import selectors
import socket
import sys
import time
from contextlib import suppress

END_OF_HEAD = b"\r\n\r\n"


class Link:
    """One connection: the request that is under way, and what came back so far."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number, self.began, self.came = -1, 0.0, b""

    def send(self, number: int, request: bytes) -> None:
        self.number, self.came, self.began = number, b"", time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, bytes] | None:
        """Read what is there; the status and body once the answer is whole."""
        more = self.socket.recv(65536)
        if not more:
            sys.exit("The server hung up.")
        self.came += more
        head, _, body = self.came.partition(END_OF_HEAD)
        if len(head) == len(self.came) or len(body) < length_of(head):
            return None
        return int(head[9:12]), body


def length_of(head: bytes) -> int:
    """How long the body is; every answer measured here says so."""
    name = b"content-length:"
    at = head.lower().index(name) + len(name)
    return int(head[at:].split(b"\r\n", 1)[0])


def run(host: str, port: int, connections: int, requests: list[str], *, keep: bool = False) -> dict:
    waiting = collections.deque(enumerate(text.encode() for text in requests))
    statuses, times, bodies = collections.Counter(), [], [""] * len(requests) if keep else []
    watch = selectors.DefaultSelector()
    for _ in range(connections):
        link = Link(host, port)
        watch.register(link.socket, selectors.EVENT_READ, link)

    began, used = time.perf_counter(), time.process_time()
    for key in list(watch.get_map().values()):
        with suppress(IndexError):
            key.data.send(*waiting.popleft())
    while len(times) < len(requests):
        for key, _ in watch.select():
            link = key.data
            if (answer := link.answer()) is None:
                continue
            times.append(time.perf_counter() - link.began)
            statuses[answer[0]] += 1
            if keep:
                bodies[link.number] = answer[1].decode()
            if waiting:
                link.send(*waiting.popleft())
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - used,
        "statuses": statuses,
        "times": sorted(times),
        "bodies": bodies,
    }


if __name__ == "__main__":
    print(json.dumps(run(**json.load(sys.stdin))))
