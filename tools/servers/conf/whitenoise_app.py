"""WhiteNoise: files in front of an app."""

from collections.abc import Callable

from whitenoise import WhiteNoise


def nothing(_environ: dict, start_response: Callable[[str, list], object]) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is no such page.\n"]


application = WhiteNoise(nothing, root="@site@", prefix="files/")
