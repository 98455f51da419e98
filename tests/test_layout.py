"""Where a test stands: in the folder of the room that it is about, called after a file of that room."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.rules import none_of

TESTS = Path(__file__).parent
ROOT = TESTS.parent
# Folders that are about no room, and rooms whose tests look at all of it.
ACROSS = {
    "apps": "apps that tests serve",
    "attacks": "what a submission may try, by what it is after",
    "fairness": "whole runs on servers that are in the right, or nearly",
    "helpers": "what tests share",
    "hosted": "whole runs on servers that the suite starts",
    "proof": "the reference and its twins against the checks",
    "pytest_plugin": "sessions of pytest, by what they are for",
}
# Files that are called after what they ask, since several files answer it.
ASKS = {
    "classroom/test_told.py": "whom and what the results of a class give away",
    "grading/test_fairness.py": "what can be earned, by whom",
    "judge/test_any_exchanges.py": "whatever was met: a verdict",
    "judge/test_entries.py": "what another entry of the server's cache explains",
    "judge/test_given.py": "what keeps a check from being judged",
    "load/test_any_file.py": "whatever a file says: records, or an error",
    "load/test_spec_errors.py": "every way in which a file of specs can be wrong",
    "reference_impl/test_model.py": "how the reference reads",
    "servers/test_bad.py": "servers that do not start",
    "servers/test_commands.py": "servers in any language",
    "servers/test_frameworks.py": "the frameworks that students use",
    "servers/test_hostile.py": "servers that misbehave once they run",
    "tools/test_servers_running.py": "a server from its start to its end",
    "verbs/test_writing.py": "how an unknown item is written to",
}
FILES = {path.relative_to(TESTS).as_posix(): path for path in sorted(TESTS.glob("*/test_*.py"))}


def room(folder: str) -> Path | None:
    """What a folder of tests is about."""
    return next((each for each in (ROOT / "conformance" / folder, ROOT / folder) if each.is_dir()), None)


def names(about: Path) -> set[str]:
    """What a test of this room may be called after: it, and what is in it, by its path or its name."""
    parts = [
        path.relative_to(about).with_suffix("") for path in about.rglob("*") if path.suffix in {"", ".py"}
    ]
    return {about.name, *(part.name for part in parts), *("_".join(part.parts) for part in parts)}


def test_a_test_is_called_after_a_file_of_its_room() -> None:
    rooms = {path.parent.name: room(path.parent.name) for path in FILES.values()}
    found = {
        file
        for file, path in FILES.items()
        if path.parent.name not in ACROSS
        and path.stem.removeprefix("test_") not in names(rooms[path.parent.name] or ROOT / "nowhere")
    }
    none_of(f"tests/{file} is called after no file of its room" for file in sorted(found - ASKS.keys()))
    none_of(f"tests/{file} needs no row" for file in sorted(ASKS.keys() - found))


def test_each_folder_is_of_a_room_or_has_a_row() -> None:
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    none_of(f"tests/{each} is of no room" for each in sorted(folders - ACROSS.keys()) if room(each) is None)
    none_of(f"tests/{each} is not there" for each in sorted(ACROSS.keys() - folders))


def test_what_a_test_says_that_it_is_about_is_there() -> None:
    for file, path in FILES.items():
        first = path.read_text("utf-8").partition('"""')[2].partition('"""')[0]
        for name in re.findall(r"\b((?:conformance|reference_impl|tools)(?:\.\w+)+)", first):
            place = ROOT.joinpath(*name.split("."))
            assert place.is_dir() or place.with_suffix(".py").exists(), f"tests/{file} is about {name}"


def test_every_verb_stands_in_a_file_with_a_test_of_its_own() -> None:
    verbs = {
        path.stem for path in (ROOT / "conformance/verbs").glob("*.py") if "VERBS" in path.read_text("utf-8")
    }
    told = {path.stem.removeprefix("test_") for path in (TESTS / "verbs").glob("test_*.py")}
    none_of(
        f"conformance/verbs/{name}.py has no test of its own" for name in sorted(verbs - told - {"__init__"})
    )
