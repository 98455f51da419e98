"""Tornado: a handler, which has a tag by itself, and files."""

import asyncio
import json
from pathlib import Path

from tornado.web import Application, RequestHandler, StaticFileHandler

PAGE = json.loads(Path("@site@/page.json").read_text())


class Page(RequestHandler):
    def get(self) -> None:
        self.write(PAGE)

    head = get


async def main() -> None:
    app = Application([("/page", Page), ("/files/(.*)", StaticFileHandler, {"path": "@site@"})])
    app.listen(int("@port@"), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
