"""Litestar: a route, and files."""

import json
from pathlib import Path

from litestar import Litestar, get
from litestar.static_files import create_static_files_router

PAGE = json.loads(Path("@site@/page.json").read_text())


@get("/page")
async def page() -> dict:
    return PAGE


app = Litestar([page, create_static_files_router(path="/files", directories=["@site@"])])
