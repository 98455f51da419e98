"""FastAPI with GZipMiddleware: a route, and files."""

import json
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

PAGE = json.loads(Path("@site@/page.json").read_text())

app = FastAPI()
app.add_middleware(GZipMiddleware)
app.mount("/files", StaticFiles(directory="@site@"))


@app.get("/page")
def page() -> dict:
    return PAGE
