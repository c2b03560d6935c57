"""A process that a file has taken over: ``python -m tests.server.stand_in``.

It starts at once, and then does what its file says, in words.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

SIZE = 3 * 2**20


def main() -> None:
    wanted = take()
    does = Path(wanted["path"]).read_text()
    if does == "error":
        say({"id": 0, "error": "it is not what it seems"})
        time.sleep(60)
    if does == "silent at first":
        time.sleep(60)
    if does == "echo":
        say({"id": 0, "error": json.dumps(wanted["modality"])})
    say({"id": 0})
    while True:
        request = take()
        if "forget" not in request:
            answer(does, request)


def answer(does: str, request: dict[str, Any]) -> None:
    good = {"id": request["id"], "status": 200, "headers": {"ETag": '"a"'}, "size": 5}
    bad = {
        "a status": {"status": 302},
        "a status that is a text": {"status": "200"},
        "a header": {"headers": {"Set-Cookie": "a=b"}},
        "a value of a header": {"headers": {"ETag": '"a"\r\nSet-Cookie: a=b'}},
        "a number": {"id": 999},
        "no number": {"id": None},
        "a negative size": {"size": -1},
        "a size it does not send": {"size": 6},
    }
    if does in bad:
        say({**good, **bad[does]}, b"hello")
    elif does == "long":
        start = request.get("start", 0)
        say({**good, "size": SIZE}, bytes(min(2**20, SIZE - start)))
    elif does == "a short piece":
        say({**good, "size": SIZE}, bytes(2**20 if "read" in request else 7))
    elif does == "a long head":
        write(struct.pack(">II", 2**31, 0))
    elif does == "a long body":
        write(struct.pack(">II", 2, 2**31) + b"{}")
    elif does == "no JSON":
        write(struct.pack(">II", 2, 0) + b"{]")
    elif does == "a list":
        write(struct.pack(">II", 2, 0) + b"[]")
    elif does == "a deep list":
        write(struct.pack(">II", 60_000, 0) + b"[" * 60_000)
    elif does == "exit":
        sys.exit(3)
    elif does == "fault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif does == "silent":
        time.sleep(60)
    elif does == "closed":
        os.close(1)
        time.sleep(60)
    else:
        if does == "talk":
            for _ in range(64):
                os.write(2, b"x" * 2**20)
        say(good, b"hello")


def take() -> dict[str, Any]:
    begin = sys.stdin.buffer.read(8)
    if not begin:
        sys.exit()
    head, body = struct.unpack(">II", begin)
    request: dict[str, Any] = json.loads(sys.stdin.buffer.read(head))
    sys.stdin.buffer.read(body)
    return request


def say(head: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(head).encode()
    write(struct.pack(">II", len(text), len(body)) + text + body)


def write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
