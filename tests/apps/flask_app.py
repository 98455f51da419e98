"""A student's Flask app: a cache of 30 s by datetime, an ETag, an echo, an error."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request

_kept: dict[str, datetime] = {}


def create_app() -> Flask:
    app = Flask(__name__)

    @app.get("/cached-time/")
    def cached_time() -> Response:
        now = datetime.now()  # noqa: DTZ005
        if "at" in _kept and now - _kept["at"] < timedelta(seconds=30):
            return jsonify(time=_kept["at"].isoformat(), cached=True)
        _kept["at"] = now
        return jsonify(time=now.isoformat(), cached=False)

    @app.get("/tagged")
    def tagged() -> Any:
        answer = Response("the content")
        answer.set_etag("v1")
        return answer.make_conditional(request)

    @app.post("/echo")
    def echo() -> dict[str, Any]:
        return {
            "body": request.get_data(as_text=True),
            "query": request.args.get("q"),
            "path": request.path,
            "accept": request.headers.get("Accept"),
        }

    @app.get("/stream")
    def stream() -> Response:
        def chunks() -> Iterator[str]:
            yield from ("one", "two", "three")

        return Response(chunks())

    @app.get("/error")
    def error() -> str:
        raise ValueError("on purpose")

    return app


app = create_app()
