"""Sanic: a route, and files."""

import json
from pathlib import Path

from sanic import Request, Sanic
from sanic import json as as_json
from sanic.response import HTTPResponse

PAGE = json.loads(Path("@site@/page.json").read_text())

app = Sanic("real")
app.static("/files", "@site@")


@app.get("/page")
async def page(_request: Request) -> HTTPResponse:
    return as_json(PAGE)
