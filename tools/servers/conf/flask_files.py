"""Flask: a file by send_file, and a route."""

import json
from pathlib import Path

from flask import Flask, Response, send_file

PAGE = json.loads(Path("@site@/page.json").read_text())

app = Flask(__name__)


@app.get("/file")
def file() -> Response:
    return send_file("@site@/page.txt")


@app.get("/page")
def page() -> dict:
    return PAGE
