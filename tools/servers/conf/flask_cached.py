"""Flask-Caching: a view that is kept in memory."""

from datetime import UTC, datetime

from flask import Flask
from flask_caching import Cache

app = Flask(__name__)
cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})


@app.get("/time")
@cache.cached(timeout=int("@ttl@"))
def now() -> dict:
    return {"time": datetime.now(UTC).isoformat()}
