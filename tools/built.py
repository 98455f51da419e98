"""`python -m tools.built dist`: whether a wheel and an sdist hold what git holds, and nothing else.

It reads what was built; building is the business of `noxfile.py`. Git is asked for names alone, so what is
built of a changed tree is compared with that tree.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

from conformance.version import __version__

__all__ = ["lacking", "of_sdist", "of_wheel"]

ROOT: Final = Path(__file__).parent.parent
NAME: Final = f"cache_conformance-{__version__}"
PACKAGES: Final = ("conformance/", "reference_impl/")
COMPILED: Final = "conformance/load/specs.msgpack"  # hatch_build.py
OF_THE_FORMAT: Final = ("METADATA", "WHEEL", "RECORD", "entry_points.txt")
LICENSES: Final = ("LICENSE",)
NOT_PACKED: Final = (".github/",)  # pyproject.toml


def of_wheel(files: Iterable[str]) -> frozenset[str]:
    """What a wheel has to hold where git holds these files."""
    files = tuple(files)
    code = {each for each in files if each.startswith(PACKAGES)}
    specs = {f"conformance/{each}" for each in files if each.startswith("specs/")}
    about = {f"{NAME}.dist-info/{each}" for each in OF_THE_FORMAT}
    licenses = {f"{NAME}.dist-info/licenses/{each}" for each in LICENSES}
    return frozenset(code | specs | about | licenses | {COMPILED})


def of_sdist(files: Iterable[str]) -> frozenset[str]:
    """Likewise an sdist."""
    return frozenset(f"{NAME}/{each}" for each in (*files, "PKG-INFO") if not each.startswith(NOT_PACKED))


def lacking(what: str, found: Iterable[str], due: Iterable[str]) -> Iterator[str]:
    """What is wrong with an archive, a line each."""
    found, due = set(found), set(due)
    yield from (f"{what} lacks {each}" for each in sorted(due - found))
    yield from (f"{what} holds {each}, which should not be there" for each in sorted(found - due))


def _of_metadata(data: bytes) -> Iterator[str]:
    said = BytesHeaderParser().parsebytes(data)
    wanted = {"Version": __version__, "License-Expression": "Apache-2.0", "License-File": LICENSES[0]}
    yield from (
        f"METADATA says {name} {said[name]!r} and not {value!r}"
        for name, value in wanted.items()
        if said[name] != value
    )


def main(folder: Path) -> Sequence[str]:
    """All that is wrong with what lies in a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    files = [each for each in listed.stdout.split("\0") if each and (ROOT / each).is_file()]
    with zipfile.ZipFile(folder / f"{NAME}-py3-none-any.whl") as wheel:
        wrong = [
            *lacking("the wheel", wheel.namelist(), of_wheel(files)),
            *_of_metadata(wheel.read(f"{NAME}.dist-info/METADATA")),
        ]
    with tarfile.open(folder / f"{NAME}.tar.gz") as sdist:
        names = [each.name for each in sdist if each.isfile()]
    return [*wrong, *lacking("the sdist", names, of_sdist(files))]


if __name__ == "__main__":
    sys.exit("\n".join(main(Path(sys.argv[1]))) or 0)
