"""The app of a submission: as it is asked for, or by looking, and never by guessing between two."""

from __future__ import annotations

import pytest

from conformance.classroom.apps import AppFound, Several, Unfound, app_of, may_wait
from conformance.classroom.packing import Item

APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def found(files: dict[str, str], asked: str = "") -> AppFound:
    return app_of([Item(path.encode(), text.encode()) for path, text in files.items()], asked)


def test_what_is_asked_for_and_there_needs_no_word() -> None:
    assert found({"main.py": "", "other.py": APP}, "main:app") == AppFound("main:app")
    assert found({"shop/__init__.py": ""}, "shop:app") == AppFound("shop:app")
    assert found({"shop/api.py": ""}, "shop.api:app") == AppFound("shop.api:app")


def test_its_file_may_lie_in_a_folder_below() -> None:
    one = found({"ada-project/main.py": APP, "ada-project/old/main.py": APP}, "main:app")
    assert one == AppFound("main:app", "ada-project", said="main:app was found in ada-project/")


def test_a_module_that_speaks_of_its_package_is_imported_as_one() -> None:
    files = {"src/shop/__init__.py": "", "src/shop/main.py": "from .models import x\n"}
    one = found(files, "main:app")
    assert (one.app, one.folder) == ("shop.main:app", "src")


def test_two_files_of_that_name_are_for_the_instructor() -> None:
    with pytest.raises(Several, match=r"it has several of main\.py: a/main\.py, b/main\.py"):
        found({"a/main.py": APP, "b/main.py": APP}, "main:app")


def test_where_there_is_none_of_that_name_the_one_that_is_there_is_taken() -> None:
    one = found({"server.py": APP, "models.py": "x = 1"}, "main:app")
    assert (one.app, one.said) == ("server:app", "there is no main.py; server:app was found")


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ("app = FastAPI(title='x')", "it:app"),
        ("api: FastAPI = fastapi.FastAPI()", "it:api"),
        ("application = get_wsgi_application()", "it:application"),
        ("shop = Flask(__name__)", "it:shop"),
        ("app = falcon.asgi.App()", "it:app"),
    ],
)
def test_apps_of_known_frameworks_are_found(text: str, app: str) -> None:
    assert found({"it.py": f"import x\n{text}\n"}).app == app


def test_a_function_that_makes_an_app_is_found_where_nothing_else_is() -> None:
    one = found({"it.py": "def create_app():\n    app = FastAPI()\n    return app\n"})
    assert (one.app, one.factory) == ("it:create_app", True)


def test_of_two_apps_the_one_with_the_usual_name_is_taken_and_said() -> None:
    one = found({"main.py": f"sub = FastAPI()\n{APP}"})
    assert (one.app, one.said) == ("main:app", "main:app was found, of 2")


def test_two_apps_of_which_nothing_says_which_are_for_the_instructor() -> None:
    with pytest.raises(Several, match="several apps, and nothing says which: api:app, server:app"):
        found({"api.py": APP, "server.py": APP})


def test_tests_of_a_submission_are_no_apps_of_it() -> None:
    assert (
        found({"server.py": APP, "tests/app.py": APP, "test_it.py": APP, "conftest.py": APP}).app
        == "server:app"
    )


def test_none_says_what_there_is() -> None:
    with pytest.raises(Unfound, match=r"there is no main\.py; there is no app of a framework that is known"):
        found({"x.py": "print(1)"}, "main:app")
    with pytest.raises(Unfound, match="there is no file of Python"):
        found({"index.js": ""})


def test_who_has_another_clock_may_have_to_be_waited_for() -> None:
    def waits(text: str, path: bytes = b"main.py") -> bool:
        return may_wait([Item(b"x.py", b"x = 1"), Item(path, text.encode())])

    assert waits("import os\nimport sqlite3\n")
    assert waits("def f():\n    from redis.asyncio import Redis\n")
    assert not waits("import time\n# import sqlite3\nimport sqlite3_like\n")
    assert not waits("import sqlite3", b"notes.txt")


def test_who_may_never_start_may_have_to_be_waited_for() -> None:
    def waits(text: str) -> bool:
        return may_wait([Item(b"main.py", text.encode())])

    assert waits("import time\nwhile True:\n    time.sleep(1)\n")
    assert waits("app = FastAPI()\nuvicorn.run(app)\n")
    assert not waits("app = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run(app)\n")
    assert not waits("def f():\n    while True:\n        pass\n")
