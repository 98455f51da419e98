"""Asks a server that listens on another port of the machine."""

import urllib.request


def attack(port: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return str(answer.read().decode())
