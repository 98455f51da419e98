"""The reference reads as the model solution: nothing in it speaks of what is made wrong."""

import ast
import re
from pathlib import Path

import reference_impl

ROOT = Path(reference_impl.__file__).parent
MODEL = [
    path
    for path in sorted(ROOT.rglob("*.py"))
    if not {"twisted", "__pycache__"} & set(path.relative_to(ROOT).parts)
]
WORDS = re.compile(r"flaw|variant|twist|defect|deliberate|broken", re.IGNORECASE)


def test_the_model_has_the_parts_that_are_looked_for() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in MODEL}
    wanted = [
        "app",
        "routes",
        "representations",
        "caching",
        "site",
        "store",
        "settings",
        "lesson",
        "__main__",
    ]
    assert names >= {f"{name}.py" for name in wanted} | {"backends/memory.py", "backends/redis.py"}


def test_no_file_of_the_model_has_a_word_of_flaws() -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in MODEL
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if WORDS.search(line)
    ]
    assert found == []


def test_the_lesson_in_one_file_needs_fastapi_and_nothing_of_ours() -> None:
    tree = ast.parse((ROOT / "lesson.py").read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {n.name for node in ast.walk(tree) if isinstance(node, ast.Import) for n in node.names}
    ours = {name for name in modules if str(name).startswith(("reference_impl", "conformance", "."))}
    assert (ours, "fastapi" in modules) == (set(), True)
