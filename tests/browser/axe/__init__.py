"""What axe-core finds wrong with a page: for whoever cannot see it, or not well."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


def needed() -> None:
    """Skip the test where axe-core is not installed."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is not installed. To install it (needs Node): make test-slow")


def violations(page: Page) -> list[str]:
    """Each violation with the element and what is wrong; the context has to bypass the CSP."""
    page.add_script_tag(path=SCRIPT)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
