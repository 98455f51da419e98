"""Says on the line to its clock, and on each other socket that it holds, what only the suite says."""

import contextlib
import os
import socket
import stat

FORGED = (
    b'{"ready": true}\n{"moved": 31}\n{"failed": "forged"}\n{"exited": 0, "status": 0}\n{"ended": true}\n'
    b'{"pids": [1]}\n{"clocks": ""}\n{"where": "forged"}\n'
)


def attack() -> int:
    told = 0
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                sock = socket.socket(fileno=os.dup(number))
                if sock.family == socket.AF_UNIX:
                    told += sock.send(FORGED)
                sock.detach()
    return told
