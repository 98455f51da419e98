"""aiohttp: files."""

from aiohttp import web

app = web.Application()
app.router.add_static("/files", "@site@")
web.run_app(app, host="127.0.0.1", port=int("@port@"), print=None)
