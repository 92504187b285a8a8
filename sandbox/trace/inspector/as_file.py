"""The inspector's page as one file, which opens without a server: style and script stand in it.

A script may not load modules by file://, so each module becomes a function that gives what it
exports, in an order in which each comes behind those that it needs.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from importlib.resources import files

PAGE = files("sandbox.trace.inspector") / "page"
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
STYLESHEET = re.compile(r'<link rel="stylesheet" href="([\w.]+)">\n')
ICON = '<link rel="icon" href="icon.svg">\n'
SCRIPT = '<script type="module" src="main.js"></script>\n'
BEGIN = '<script type="application/json" id="events">\n'
END = "</script>\n</body>\n</html>\n"


def head() -> str:
    """The page up to the place where the events stand, one a line; `END` is to follow them."""
    page = _text("index.html")
    style = "".join(map(_text, STYLESHEET.findall(page)))
    script = _one_script("main")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    within = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<style>{style}</style>\n<script type="module">{script}</script>\n'
    )
    whole = STYLESHEET.sub("", page).replace(ICON, "").replace(SCRIPT, within)
    before, _, _ = whole.partition("</body>")
    return before + BEGIN


def _one_script(main: str) -> str:
    ordered: list[str] = []
    _put_behind_its_needs(main, ordered)
    return "\n" + "\n".join(as_function(each, _text(f"{each}.js")) for each in ordered) + "\n"


def _put_behind_its_needs(module: str, ordered: list[str]) -> None:
    if module in ordered:
        return
    for _, needed in IMPORT.findall(_text(f"{module}.js")):
        _put_behind_its_needs(needed, ordered)
    ordered.append(module)


def as_function(module: str, text: str) -> str:
    """What is imported is taken from the function of another module, what is exported is given."""
    given = ", ".join(name for _, name in EXPORT.findall(text))
    body = EXPORT.sub(r"\1", IMPORT.sub(r"const {\1} = \2_js;\n", text))
    return f"const {module}_js = (() => {{\n{body}return {{ {given} }};\n}})();"


def _text(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a policy names it: CSP level 3, section 2.3.1."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
