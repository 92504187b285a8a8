"""What is asked of the proxy is asked of the server behind it, and its answer is handed on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from sandbox.serving.live import LiveServer, free_port
from sandbox.tutor.proxy import Proxy
from tests.wire.raw_http import exchange, message


class Echo(BaseHTTPRequestHandler):
    """Answers with what came in, as it came; `/away` leads away and sets two cookies."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = [[name, value] for name, value in self.headers.items()]
        told = {"method": self.command, "target": self.path, "headers": headers, "body": body}
        sent = json.dumps(told).encode()
        self.send_response(303 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("Location", "/login?next=/a%20b")
            self.send_header("Set-Cookie", "a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
            self.send_header("Set-Cookie", "b=2; Path=/")
        self.send_header("Connection", "close, X-This-Hop")
        self.send_header("Keep-Alive", "timeout=5")
        self.send_header("X-This-Hop", "only")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)

    do_GET = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815  # http.server asks for it

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the proxy listens: on our own server, with the echo behind it."""
    with listening(Echo) as behind:
        live = LiveServer(Proxy(behind), port=0).start()
        yield live.port
        live.stop()


def told(response: httpx.Response) -> dict[str, Any]:
    answer: dict[str, Any] = response.json()
    return answer


def url(port: int, path: str) -> str:
    return f"http://127.0.0.1:{port}{path}"


def test_method_path_query_and_body_arrive_as_they_were_sent(port: int) -> None:
    asked = url(port, "/a%20b/c;d=1?next=/profile&x=%26%2B+y&z[]=%C3%BC")
    got = told(httpx.post(asked, data={"username": "alice", "word": "ö & ="}))
    assert got["method"] == "POST"
    assert got["target"] == "/a%20b/c;d=1?next=/profile&x=%26%2B+y&z[]=%C3%BC"
    assert got["body"] == "username=alice&word=%C3%B6+%26+%3D"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_request_without_a_body_arrives_without_one(method: str, port: int) -> None:
    got = told(httpx.request(method, url(port, "/")))
    assert (got["method"], got["target"], got["body"]) == (method, "/", "")


def test_each_header_arrives_once_and_the_host_is_kept(port: int) -> None:
    sent = {
        "Host": "localhost:8000",
        "Cookie": "connect.sid=s%3Aa.b; other=1",
        "Authorization": "Bearer x.y.z",
        "Sec-Fetch-Site": "same-origin",
        "User-Agent": "sandbox-visitor (alice)",
        "Accept-Encoding": "identity",
        "Accept": "text/html",
    }
    got = told(httpx.get(url(port, "/"), headers=sent))
    assert sorted(map(tuple, got["headers"])) == sorted(sent.items())


def test_headers_for_one_connection_are_not_handed_on(port: int) -> None:
    sent = {"Connection": "close, X-This-Hop", "X-This-Hop": "only", "TE": "trailers", "Kept": "1"}
    response = httpx.get(url(port, "/"), headers=sent)
    arrived = {name.lower() for name, _ in told(response)["headers"]}
    assert "kept" in arrived
    assert arrived & {"connection", "te", "x-this-hop"} == set()
    assert "x-this-hop" not in response.headers
    assert "keep-alive" not in response.headers


def test_a_redirect_is_handed_on_and_not_followed(port: int) -> None:
    response = httpx.get(url(port, "/away"))
    assert (response.status_code, response.reason_phrase) == (303, "See Other")
    assert response.headers["Location"] == "/login?next=/a%20b"


def test_two_cookies_come_back_as_two_headers(port: int) -> None:
    assert httpx.get(url(port, "/away")).headers.get_list("set-cookie") == [
        "a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "b=2; Path=/",
    ]


def test_the_answer_to_head_has_a_length_and_no_body(port: int) -> None:
    answer = exchange(port, message(port, "HEAD", "/"))
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.one("Content-Length")) > 0


def test_a_lost_neighbour_is_said_in_a_sentence() -> None:
    live = LiveServer(Proxy(free_port(0)), port=0).start()
    page, script = (httpx.get(url(live.port, path)) for path in ("/", "/api/me"))
    head = exchange(live.port, message(live.port, "HEAD", "/"))
    live.stop()
    assert (page.status_code, script.status_code) == (502, 502)
    assert "The server behind this address does not answer." in page.text
    assert script.json()["error"]["message"] == "The server behind this address does not answer."
    assert (head.status, head.body) == (502, b"")
    assert int(head.one("Content-Length")) == len(page.content)
