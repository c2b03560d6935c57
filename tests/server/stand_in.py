"""A process that a file has taken over: ``python -m tests.server.stand_in``.

It starts at once, and then does what its file says, in words.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
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
    if does == "late":
        # The test says when.
        while not Path(wanted["path"]).with_suffix(".go").exists():
            time.sleep(0.01)
    if does == "one modality" and wanted["modality"] is not None:
        say({"id": 0, "error": "there is no such modality"})
        time.sleep(60)
    if does == "echo":
        say({"id": 0, "error": json.dumps(wanted["modality"])})
    say({"id": 0})
    while True:
        request = take()
        if "forget" not in request:
            if "starts another" in does:
                start_another(does, Path(wanted["path"]).with_suffix(".pid"))
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
    elif does == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif does == "fault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif does == "silent":
        time.sleep(60)
    elif does == "closed":
        os.close(1)
        time.sleep(60)
    else:
        if does == "talk":
            for _ in range(8):
                os.write(2, b"x" * 2**20)
        say(good, b"hello")
        while does == "flood":
            say({"id": 0})
        while does == "talk for ever":
            os.write(2, b"x" * 2**16)


def start_another(does: str, told: Path) -> None:
    """Start a process that has the same pipes, and exit."""
    apart = "apart" in does
    program = "while echo x >&2; do sleep 0.05; done" if apart else "sleep 60"
    process = subprocess.Popen(["sh", "-c", program], start_new_session=apart)
    told.write_text(str(process.pid))
    os._exit(3)


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
