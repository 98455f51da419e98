"""Reads by how much its clock was moved, from the object that moves it, and needs no clock of its own."""

import gc


def attack() -> list[float]:
    return [vars(each)["_seconds"] for each in gc.get_objects() if type(each).__name__ == "AppClock"]
