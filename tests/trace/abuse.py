"""What somebody hostile, or only unlucky, may do to the inspector of a real `serve`."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.wire.children import Child
from tests.wire.raw_http import FORM, Answer, exchange, message, until

SCRIPT = "<script>document.title=1</script>"
LONG = "x" * 100_000  # 100 KB
ORDER = "orders/replay"
MOST = 10_000


@dataclass(frozen=True)
class Row:
    """One row of the table: what was tried, what was done, what was answered."""

    what: str
    done: str
    answered: str


@dataclass(frozen=True)
class Case:
    """`act` does it and says what was answered, which must be `expected` (a pattern)."""

    what: str
    done: str
    act: Callable[[Child], str]
    expected: str

    def row(self, child: Child) -> Row:
        return Row(self.what, self.done, self.act(child))

    def is_met_by(self, row: Row) -> bool:
        return re.fullmatch(self.expected, row.answered) is not None


def look(child: Child, target: str, method: str = "GET", **headers: str) -> Answer:
    """Ask the inspector; a `target` that begins with a slash is without the token."""
    address = urlsplit(child.inspector)
    port = address.port or 0
    path = target if target.startswith("/") else address.path + target
    sent = [(name.replace("_", "-"), value) for name, value in headers.items() if value]
    return exchange(
        port, message(port, method, path, list(sent), b"{}" if method == "POST" else b"")
    )


def said(answer: Answer) -> str:
    """The status, and the sentence where there is one."""
    text = answer.text.strip()
    if text.startswith("{"):
        text = f"{answer.status} {json.loads(text).get('error', 'done')}"
    return text if text.startswith(str(answer.status)) else f"{answer.status}"


def told(child: Child) -> list[dict[str, object]]:
    """Every event that the inspector tells."""
    events, last = [], 0
    while True:
        answer = json.loads(look(child, f"trace?after={last}").text)
        events += answer["events"]
        last = answer["last"]
        if last >= answer["told"]:
            return events


def heard(child: Child, act: Callable[[], Answer]) -> tuple[Answer, int]:
    """An answer of the login server, and how long the longest text is that is told of it."""
    before = len(told(child))
    answer = act()
    until(lambda: ours_ended(told(child)[before:]) or answer.status in (400, 413, 431))
    time.sleep(0.05)
    return answer, max((longest(each) for each in told(child)[before:]), default=0)


def ours_ended(events: list[dict[str, object]]) -> bool:
    return any(event["type"] == "response" for event in events)


def longest(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(longest, inside), default=0)


def of_login(child: Child, act: Callable[[], Answer]) -> str:
    answer, length = heard(child, act)
    if not length:
        return f"{answer.status}, nothing told"
    return f"{answer.status}, the longest text told has {length:,} characters"


def by_login(name: str) -> Callable[[Child], str]:
    body = urlencode({"username": name, "password": "x"}).encode()
    return lambda child: of_login(child, lambda: child.ask("POST", "/login", [FORM], body))


def by_path(path: str) -> Callable[[Child], str]:
    quoted = path.replace("<", "%3C").replace(">", "%3E")
    return lambda child: of_login(child, lambda: child.ask("GET", f"/{quoted}"))


def by_cookie(value: str) -> Callable[[Child], str]:
    sent = [("Cookie", f"sandbox_session={value}")]
    return lambda child: of_login(child, lambda: child.ask("GET", "/api/me", sent))


def looked(target: str, **headers: str) -> Callable[[Child], str]:
    return lambda child: said(look(child, target, **headers))


def ordered(**headers: str) -> Callable[[Child], str]:
    return lambda child: said(look(child, ORDER, "POST", **headers))


def from_elsewhere(site: str) -> Callable[[Child], str]:
    """Our own origin, which another page cannot name, with what the browser says of the page."""

    def act(child: Child) -> str:
        origin = f"http://localhost:{urlsplit(child.inspector).port}"
        return said(look(child, ORDER, "POST", Origin=origin, Sec_Fetch_Site=site))

    return act


def rebound(child: Child) -> str:
    """DNS rebinding: a foreign name leads to this computer, and the page has our port."""
    port = urlsplit(child.inspector).port
    host = f"evil.example:{port}"
    return said(look(child, ORDER, "POST", Host=host, Origin=f"http://{host}"))


def flooded(child: Child) -> str:
    """More requests than are kept, on a few connections that stay open."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", child.port, timeout=30)
    for _ in range(MOST + 100):
        connection.request("GET", "/api/me", headers={"Host": "localhost"})
        connection.getresponse().read()
    connection.close()
    time.sleep(0.2)
    answer = json.loads(look(child, "trace?after=0").text)
    kept = sum(event["type"] == "response" for event in told(child))
    return f"{kept:,} kept, the others let go and counted: {answer['let_go'] >= 100}"


def restarted(child: Child) -> str:
    """The same port would answer another run; its token is another."""
    answer = look(child, "/" + "A" * 22 + "/trace?after=0")
    child.end(signal.SIGTERM)
    try:
        look(child, "trace?after=0")
    except OSError:
        return f"another run's address: {said(answer)} Ended: nobody answers"
    return "still answers"


OTHER_RUN = r"403 This address is not of this run\. Open the one that serve has printed last\."
WRONG_HOST = (
    r"403 This server answers for this computer only\. Open the address that serve printed\."
)
OTHER_SITE = r"403 An order is taken from the inspector's own page only\."
# Of a longer text 8,192 characters are told, and how many there were.
CUT = r"(401|404|413), the longest text told has (\d{1,3}|[1-7],\d{3}|8,[0-2]\d\d) characters"
REFUSED_OR_CUT = r"(400|413|414|431), nothing told|" + CUT
EVIL = "http://evil.example"

CASES = [
    Case("wrong token", "GET /AAAA…/trace", looked("/" + "A" * 22 + "/trace?after=0"), OTHER_RUN),
    Case("missing token", "GET /trace", looked("/trace?after=0"), OTHER_RUN),
    Case("missing token", "GET /", looked("/"), OTHER_RUN),
    Case(
        "foreign Host",
        "the right token, Host: evil.example",
        looked("trace?after=0", Host="evil.example"),
        WRONG_HOST,
    ),
    Case(
        "foreign Host, DNS rebinding",
        "an order, Host and Origin evil.example with our port",
        rebound,
        WRONG_HOST,
    ),
    Case("cross-site order", f"POST {ORDER}, Origin: {EVIL}", ordered(Origin=EVIL), OTHER_SITE),
    Case("cross-site order", f"POST {ORDER}, Origin: null", ordered(Origin="null"), OTHER_SITE),
    Case("cross-site order", f"POST {ORDER}, no Origin", ordered(), OTHER_SITE),
    Case(
        "cross-site order",
        "our Origin, Sec-Fetch-Site: cross-site",
        from_elsewhere("cross-site"),
        OTHER_SITE,
    ),
    Case(
        "cross-site order",
        "our Origin, Sec-Fetch-Site: same-site",
        from_elsewhere("same-site"),
        OTHER_SITE,
    ),
    Case("<script> in a name", "POST /login", by_login(SCRIPT), CUT),
    Case("100 KB in a name", "POST /login", by_login(LONG), REFUSED_OR_CUT),
    Case("<script> in a path", "GET /%3Cscript%3E…", by_path(SCRIPT), CUT),
    Case("100 KB in a path", "GET /xxx…", by_path(LONG), REFUSED_OR_CUT),
    Case("<script> in a cookie", "GET /api/me", by_cookie(SCRIPT.replace(";", "")), CUT),
    Case("100 KB in a cookie", "GET /api/me", by_cookie(LONG), REFUSED_OR_CUT),
    Case(
        "10,000 requests in the buffer",
        "10,100 × GET /api/me",
        flooded,
        r"10,000 kept, the others let go and counted: True",
    ),
    Case(
        "restart",
        "another run's token, then SIGTERM and once more",
        restarted,
        f"another run's address: {OTHER_RUN} Ended: nobody answers",
    ),
]
