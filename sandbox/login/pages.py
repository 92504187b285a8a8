"""The pages: templates filled in, every value escaped."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.trace.stage import shortened

VIEWS = Path(__file__).parent / "views"


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


_templates = Environment(
    loader=FileSystemLoader(VIEWS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_templates.filters |= {"utc": _utc, "shortened": shortened}


def render(template: str, **values: Any) -> str:
    """One page as HTML."""
    return _templates.get_template(template).render(values)


def error_page(
    path: str, visitor: object, status: str, code: str, says: str, advice: str
) -> tuple[str, str]:
    """What went wrong, as (content type, body): JSON for a script, a page for a person."""
    if path.startswith("/api/"):
        return "application/json", json.dumps({"error": {"code": code, "message": says}})
    body = render("error.html", visitor=visitor, status=status, code=code, says=says, advice=advice)
    return "text/html; charset=UTF-8", body
