"""The page as one file: every module in one script, nothing fetched, a policy that knows both."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from sandbox.trace.inspector import as_file
from sandbox.trace.inspector.app import PAGE

MODULES = {each.name[:-3] for each in PAGE.iterdir() if each.name.endswith(".js")}
SHEETS = {each.name for each in PAGE.iterdir() if each.name.endswith(".css")}


@pytest.fixture(scope="module")
def page() -> str:
    return as_file.head() + as_file.END


def script(page: str) -> str:
    return found(r'<script type="module">(.*?)</script>', page)


def found(pattern: str, page: str) -> str:
    (one,) = re.findall(pattern, page, re.DOTALL)
    text: str = one
    return text


def test_every_module_is_in_it_once_and_behind_those_that_it_needs(page: str) -> None:
    order = re.findall(r"^const (\w+)_js = \(\(\) => \{$", script(page), re.MULTILINE)
    assert sorted(order) == sorted(MODULES)
    for at, module in enumerate(order):
        text = (PAGE / f"{module}.js").read_text()
        needed = re.findall(r'from "\./(\w+)\.js"', text)
        assert set(needed) <= set(order[:at]), module


def test_no_module_has_a_form_of_import_or_export_that_is_not_taken(page: str) -> None:
    """Beginning with a word that only a module of its own may say."""
    left = re.findall(r"^\s*(?:import\b|export\b|.*\bimport\().*$", script(page), re.MULTILINE)
    assert left == []
    assert not re.search(r"\bimport\.meta\b", script(page))
    assert "sourceMappingURL" not in page


def test_a_module_becomes_a_function_that_gives_what_it_exports() -> None:
    written = (
        "export function one() {}\nexport class Two {}\nexport async function three() {}\n"
        'import { x, z } from "./b.js";\n'
    )
    expected = (
        "const a_js = (() => {\n"
        "function one() {}\nclass Two {}\nasync function three() {}\n"
        "const { x, z } = b_js;\n"
        "return { one, Two, three };\n})();"
    )
    assert as_file.as_function("a", written) == expected


def test_no_name_is_taken_or_given_under_another_name() -> None:
    """Such a line would be a fault of the script; the test above this one tells of the rest."""
    modules = [each.read_text() for each in PAGE.iterdir() if each.name.endswith(".js")]
    assert not [text for text in modules if re.search(r"^(import|export) \{[^}]* as ", text, re.M)]


def test_every_style_sheet_is_in_it(page: str) -> None:
    style = found(r"<style>(.*?)</style>", page)
    assert [name for name in SHEETS if (PAGE / name).read_text() not in style] == []


def test_nothing_in_it_is_fetched_from_anywhere(page: str) -> None:
    outside = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert re.findall(r"<(?:link|img|iframe|base|object)\b|\b(?:src|href)=", outside) == []
    assert "@import" not in page
    assert "url(" not in found(r"<style>(.*?)</style>", page)


def test_its_policy_names_its_script_and_its_style_and_allows_nothing_else(page: str) -> None:
    policy = found(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    allowed = dict(each.split(" ", 1) for each in policy.split("; "))
    digests = {
        name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for name, text in (
            ("script-src", script(page)),
            ("style-src", found(r"<style>(.*?)</style>", page)),
        )
    }
    assert allowed == {
        "default-src": "'none'",
        **{name: f"'sha256-{digest}'" for name, digest in digests.items()},
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_policy_stands_before_what_it_is_for(page: str) -> None:
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script")
