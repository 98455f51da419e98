"""Takes memory at once."""


def attack(size: str) -> int:
    return len(bytearray(int(size)))
