"""The pages of a lesson's server: a heading, sentences, forms and links; every value escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.login.pages import VIEWS

OWN_VIEWS = Path(__file__).parent / "views"
NAME = re.compile(r"[A-Za-z]{1,20}")


@dataclass(frozen=True)
class Form:
    """A form that is sent to `action`: its button, and its fields by name with their labels.

    `password` is typed unseen. Fields that are `hidden` are not shown; each has its value.
    """

    action: str
    button: str
    fields: dict[str, str]
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A link to another page."""

    path: str
    text: str


@dataclass(frozen=True)
class Script:
    """A script that the page loads from `src`, a path of this server."""

    src: str


_templates = Environment(
    loader=FileSystemLoader([OWN_VIEWS, VIEWS]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def is_a_name(text: str) -> bool:
    """Letters only, and few: a cookie can carry it, and no dot can be taken for one of ours."""
    return NAME.fullmatch(text) is not None


def page(heading: str, *parts: str | Form | Link | Script) -> str:
    """One page as HTML: the heading, then sentences, forms, links and scripts in this order."""
    return _templates.get_template("lesson.html").render(heading=heading, parts=parts)


def banner(title: str, says: str) -> str:
    """What stands at the top of every page of a server that is not to be trusted."""
    return _templates.get_template("banner.html").render(title=title, says=says)
