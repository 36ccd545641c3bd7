"""Whether everybody can use a page: axe reads it as a screen reader does."""

import re
from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

GRAVE = ("serious", "critical")
LANDMARKS = ("landmark-one-main", "region")  # less grave, but all the same: the way past the menu


def barriers(page: Page, *, title: str, rules: Sequence[str] = (), part: str = "") -> list[str]:
    """What keeps people out of the page, a line a thing: the rule, where, and why; `rules` alone, or all of them; on a
    `part` of it, or everywhere.

    `title` is the page's own, at least a part of it: that the log-in form is in order says nothing of what is behind.
    """
    expect(page).to_have_title(re.compile(re.escape(title)))
    options = {"resultTypes": ["violations"], "runOnly": list(rules)} if rules else {"resultTypes": ["violations"]}
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("([part, options]) => axe.run(part || document, options)", [part, options])["violations"]
    return [
        f"{each['id']}: {node['html'][:200]} – {node['failureSummary'].splitlines()[-1].strip()}"
        for each in found
        if each["impact"] in GRAVE or each["id"] in LANDMARKS
        for node in each["nodes"]
    ]
