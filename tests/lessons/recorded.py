"""The recording of lesson 11's Express server, made by a walk through it.

    python -m tests.lessons.recorded

It is for machines without Node. A test walks again and compares all but ids, dates and signatures.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import httpx

from sandbox.tutor.proxy import end_to_end
from sandbox.tutor.recorded import Answered, Asked
from tests.tutor.express_walk import EXPRESS, EXPRESS_COOKIE, STEPS, express_alone, walking

RECORDED = EXPRESS / "recorded.json"
TICKET = re.compile(r"s%3A[\w%.*-]+")
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
# The tag of a body that has a token in it is another one each time.
DATED = ("date", "etag")


def record() -> str:
    """Walk through Express; every request and its whole response, as JSON."""
    with express_alone() as url, walking(url, EXPRESS_COOKIE) as walk:
        exchanges = [_written(step.says, walk.do(step)[0]) for step in STEPS]
    whole = {"cookie": EXPRESS_COOKIE, "exchanges": exchanges}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _written(says: str, response: httpx.Response) -> dict[str, object]:
    request = response.request
    asked = Asked(
        request.method,
        request.url.raw_path.decode(),
        request.content.decode(),
        request.headers.get("cookie", ""),
        request.headers.get("authorization", ""),
    )
    headers = [(name.decode(), value.decode("latin-1")) for name, value in response.headers.raw]
    status = f"{response.status_code} {response.reason_phrase}"
    answered = Answered(status, end_to_end(headers), response.text)
    return {"step": says, "request": asdict(asked), "response": asdict(answered)}


def settled(recorded: str) -> list[dict[str, object]]:
    """A recording without what is another at each walk: ids, dates and signatures."""
    same = TOKEN.sub("TOKEN", TICKET.sub("TICKET", recorded))
    exchanges: list[dict[str, object]] = json.loads(same)["exchanges"]
    for each in exchanges:
        response = each["response"]
        assert isinstance(response, dict)
        response["headers"] = [pair for pair in response["headers"] if pair[0].lower() not in DATED]
    return exchanges


if __name__ == "__main__":
    RECORDED.write_text(record(), encoding="utf-8")
    print(f"{RECORDED.name}: {len(STEPS)} steps")
