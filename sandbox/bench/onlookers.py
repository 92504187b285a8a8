"""Inspectors open in Chromium, which note when each thing is on their page.

python -m sandbox.bench.onlookers 5 ADDRESS   answers "open" when they are
"""

from __future__ import annotations

import json
import sys

from sandbox.tutor.chromium import DRIVER, arguments, find_executable

# A stage is on the page when it is in the diagram, a response when its verdict is in the timeline;
# the time is taken after the frame in which that was drawn.
NOTING = """
window.marks = {};
function note() {
  const drawn = document.querySelector("#request h2")?.textContent.match(/#(\\d+)/)?.[1];
  const stages = [...document.querySelectorAll("#request [data-seq]")];
  const found = stages.map((each) => `${drawn}.${each.dataset.seq}`);
  for (const row of [...document.querySelectorAll("#timeline li.request")].slice(-60)) {
    const verdict = row.querySelector(".code")?.textContent;
    if (verdict && verdict !== "…") found.push(row.querySelector(".number").textContent.slice(1));
  }
  for (const key of found) window.marks[key] ??= Date.now();
}
const afterTheFrame = () => requestAnimationFrame(() => setTimeout(note));
document.addEventListener("DOMContentLoaded", () =>
  new MutationObserver(afterTheFrame).observe(document, { subtree: true, childList: true }));
"""


def main() -> None:
    count, address = int(sys.argv[1]), sys.argv[2]
    playwright = DRIVER.take()
    browser = playwright.chromium.launch(executable_path=find_executable(), args=arguments())
    pages = [browser.new_context().new_page() for _ in range(count)]
    for page in pages:
        page.add_init_script(NOTING)
        page.goto(address)
    for _ in sys.stdin:
        print(json.dumps([page.evaluate("window.marks") for page in pages]), flush=True)
    browser.close()
    DRIVER.give_back()


if __name__ == "__main__":
    main()
