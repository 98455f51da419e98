"""The frameworks that students use, served as they are: ASGI by uvicorn, WSGI by threads of our own."""

import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from apps.writing import submission, until

from conformance.servers import AppSpec, Server, start

APPS = Path(__file__).parents[1] / "apps"
CACHED = {
    "starlette": AppSpec("starlette_app:app", APPS),
    "starlette-factory": AppSpec("starlette_app:create", APPS, factory=True),
    "flask": AppSpec("flask_app:app", APPS),
    "flask-factory": AppSpec("flask_app:create_app", APPS, factory=True),
    "django": AppSpec("django_app:application", APPS),
    "django-asgi": AppSpec("django_app:asgi", APPS),
}


@contextmanager
def serving(spec: AppSpec) -> Iterator[tuple[Server, httpx.Client]]:
    with start(spec) as server, httpx.Client(base_url=server.url) as client:
        yield server, client


@pytest.mark.parametrize("name", CACHED)
def test_a_ttl_of_thirty_seconds_passes_at_once(name: str) -> None:
    pytest.importorskip(name.partition("-")[0], reason=f"{name} is not installed")
    with serving(CACHED[name]) as (server, client):

        def read() -> tuple[float, bool]:
            answer = client.get("/cached-time/").json()
            return answer["time"], answer["cached"]

        first, cached = read()
        assert not cached
        server.move(29.5)
        assert read() == (first, True)
        server.move(1)
        later, cached = read()
        assert (later != first, cached) == (True, False)
        server.restart()
        assert client.get("/cached-time/").json()["cached"] is False


def test_lifespan_and_background_tasks_run_in_real_time() -> None:
    with serving(CACHED["starlette"]) as (server, client):

        def ticks() -> int:
            answer = client.get("/background").json()
            assert answer["greeting"] == "from the lifespan"
            return int(answer["ticks"])

        assert until(lambda: ticks() > 1)
        before = ticks()
        server.move(1000)
        assert ticks() - before < 20  # not the fifty thousand of a thousand seconds
        assert until(lambda: ticks() > before + 1)


class TestWsgi:
    """What a WSGI app is due from its server."""

    @pytest.fixture(scope="class")
    @staticmethod
    def client() -> Iterator[httpx.Client]:
        pytest.importorskip("flask", reason="Flask is not installed")
        with serving(CACHED["flask"]) as (_, client):
            yield client

    def test_a_request_arrives_whole(self, client: httpx.Client) -> None:
        answer = client.post("/echo?q=a%20b", content="é".encode(), headers={"Accept": "a/b"})
        assert answer.json() == {"body": "é", "query": "a b", "path": "/echo", "accept": "a/b"}

    def test_a_chunked_request_arrives_whole(self, client: httpx.Client) -> None:
        assert client.post("/echo", content=iter([b"one", b"two"])).json()["body"] == "onetwo"

    def test_connections_are_kept(self, client: httpx.Client) -> None:
        split = urlsplit(str(client.base_url))
        connection = http.client.HTTPConnection(split.hostname or "", split.port)
        ports = set()
        for _ in range(3):
            connection.request("GET", "/tagged")
            assert connection.getresponse().read() == b"the content"
            ports.add(connection.sock.getsockname()[1])
        connection.close()
        assert len(ports) == 1

    def test_a_304_has_no_body_and_the_date_once(self, client: httpx.Client) -> None:
        tag = client.get("/tagged").headers["etag"]
        answer = client.get("/tagged", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert len(answer.headers.get_list("date")) == 1
        assert "content-length" not in answer.headers

    def test_head_says_what_get_would(self, client: httpx.Client) -> None:
        get, head = client.get("/tagged"), client.head("/tagged")
        assert (head.content, head.headers["content-length"]) == (b"", get.headers["content-length"])

    def test_a_stream_is_chunked(self, client: httpx.Client) -> None:
        answer = client.get("/stream")
        assert (answer.text, answer.headers["transfer-encoding"]) == ("onetwothree", "chunked")

    def test_an_error_is_a_500_and_the_next_request_is_answered(self, client: httpx.Client) -> None:
        assert [client.get(path).status_code for path in ("/error", "/tagged")] == [500, 200]

    def test_requests_at_once_are_all_answered(self, client: httpx.Client) -> None:
        with ThreadPoolExecutor(20) as pool:
            statuses = list(pool.map(lambda _: client.get("/tagged").status_code, range(100)))
        assert statuses == [200] * 100

    def test_what_is_no_http_is_refused(self, client: httpx.Client) -> None:
        split = urlsplit(str(client.base_url))
        with socket.create_connection((split.hostname, split.port), timeout=5) as sock:
            sock.sendall(b"this is not HTTP\r\n\r\n")
            assert sock.makefile("rb").readline() == b"HTTP/1.1 400 \r\n"


def test_a_bare_wsgi_function_is_served(tmp_path: Path) -> None:
    submission(
        tmp_path,
        """
        def app(environ, start_response):
            if environ["PATH_INFO"] == "/bad":
                start_response("200 OK", [("Content-Length", "9")])
                return [b"short"]
            if environ["PATH_INFO"] == "/never":
                return [b"no start_response"]
            write = start_response("201 Made", [("Content-Type", "text/plain")])
            write(b"written, ")
            return [b"returned"]
        """,
        plain=False,
    )
    with serving(AppSpec(app_dir=tmp_path)) as (server, client):
        answer = client.get("/")
        assert (answer.status_code, answer.reason_phrase, answer.text) == (201, "Made", "written, returned")
        assert client.get("/never").status_code == 500
        assert until(lambda: "without start_response" in server.output)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/bad")


def test_a_plain_function_that_returns_a_coroutine_is_asgi(tmp_path: Path) -> None:
    submission(tmp_path, "inner = app\ndef app(scope, receive, send): return inner(scope, receive, send)")
    with serving(AppSpec(app_dir=tmp_path)) as (_, client):
        assert client.get("/").text == "hello"


def test_an_app_in_a_package_is_found_and_runs_in_its_folder(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return os.getcwd(), sys.argv", "shop/web/main.py")
    with serving(AppSpec("shop.web.main:app", tmp_path)) as (_, client):
        assert client.get("/").text == str((str(tmp_path), ["uvicorn", "shop.web.main:app"]))


def test_a_task_made_at_import_runs_as_under_uvicorn(tmp_path: Path) -> None:
    submission(
        tmp_path,
        """
        import asyncio
        ran = []
        async def later(): ran.append(1)
        task = asyncio.create_task(later())
        def handle(path): return ran
        """,
    )
    with serving(AppSpec(app_dir=tmp_path)) as (_, client):
        assert client.get("/").text == "[1]"


def test_names_of_the_standard_library_in_the_apps_folder_do_no_harm(tmp_path: Path) -> None:
    for name in ("queue.py", "h11.py", "conformance.py", "uvicorn.py", "time_machine.py"):
        submission(tmp_path, "raise RuntimeError('not this one')", name, plain=False)
    submission(tmp_path)
    with serving(AppSpec(app_dir=tmp_path)) as (_, client):
        assert client.get("/").text == "hello"
