"""The load: a process of its own that sends prepared requests over kept-alive connections.

Reads `{"host", "port", "connections", "requests": [text, …]}` from standard input; prints the answers'
statuses and times. Each request is sent once, by whichever connection is free: a closed loop.
"""

import collections
import json
import socket
import sys
import threading
import time


def read_answer(reader) -> int:
    status = int(reader.readline().split()[1])
    length, chunked = 0, False
    while (line := reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        chunked = chunked or (name.lower() == b"transfer-encoding" and b"chunked" in value)
    if chunked:
        while size := int(reader.readline(), 16):
            reader.read(size + 2)
        reader.readline()
    else:
        reader.read(length)
    return status


def run(host, port, connections, requests):
    waiting = collections.deque(text.encode() for text in requests)
    statuses, times = [], []
    start = threading.Barrier(connections + 1)

    def work():
        link = socket.create_connection((host, port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = link.makefile("rb")
        start.wait()
        while True:
            try:
                request = waiting.popleft()
            except IndexError:
                return
            began = time.perf_counter()
            link.sendall(request)
            statuses.append(read_answer(reader))
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return {
        "seconds": time.perf_counter() - began,
        "statuses": collections.Counter(statuses),
        "times": sorted(times),
    }


if __name__ == "__main__":
    print(json.dumps(run(**json.load(sys.stdin))))
