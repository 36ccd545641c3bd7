"""Whether everybody can use a page: axe reads it as a screen reader does."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

GRAVE = ("serious", "critical")
LANDMARKS = ("landmark-one-main", "region")  # less grave, but all the same: the way past the menu

#: Each page under its name, in what its own body tells its scripts. An id to which a label or the like refers is made
#: the page's own; of what is alike, such as rows, a few are kept. What is fixed to the window's edge would lie on all
#: of them, and what is covered is not read.
SIDE_BY_SIDE = """pages => {
    const refers = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"]
    const all = pages.map(([name, html], number) => {
        const next = new DOMParser().parseFromString(html, "text/html")
        const part = document.createElement("section")
        part.dataset.page = name
        part.setAttribute("x-data", next.body.getAttribute("x-data") || "{}")
        part.append(...next.querySelector("#main").childNodes)
        for (const script of part.querySelectorAll("script")) script.remove()
        for (const name of refers)
            for (const each of part.querySelectorAll(`[${name}]`)) {
                const ids = each.getAttribute(name).split(/\\s+/).filter(id => id)
                for (const id of ids) part.querySelector(`#${CSS.escape(id)}`)?.setAttribute("id", `${number}-${id}`)
                each.setAttribute(name, ids.map(id => `${number}-${id.replace(`${number}-`, "")}`).join(" "))
            }
        return part
    })
    document.querySelector("#main").replaceChildren(...all)
    for (const alike of document.querySelectorAll(
        "[data-page] :is(tbody ~ tbody ~ tbody, tr ~ tr ~ tr ~ tr, option ~ option ~ option, .seat ~ .seat ~ .seat)",
    )) alike.remove()
    const sheet = new CSSStyleSheet()  // a style in the page would be refused by its own policy
    sheet.replaceSync("[data-page] :is([class*=fixed], [class*=sticky], .total) { position: static !important }")
    document.adoptedStyleSheets = [sheet]
}"""
RUN = """async ([part, options]) => (await axe.run(part || document, {...options, elementRef: true})).violations.map(
    each => ({...each, nodes: each.nodes.map(({html, failureSummary, element}) => (
        {html, failureSummary, page: element?.closest("[data-page]")?.dataset.page || ""}
    ))})
)"""


def barriers(
    page: Page, *, title: str = "", rules: Sequence[str] = (), but: Sequence[str] = (), part: str = ""
) -> list[str]:
    """What keeps people out of the page, a line a thing: the rule, where, and why; `rules` alone, or all of them, `but`
    some; on a `part` of it, or everywhere.

    `title` is the page's own, at least a part of it: that the log-in form is in order says nothing of what is behind.
    """
    if title:
        expect(page).to_have_title(re.compile(re.escape(title)))
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {each: {"enabled": False} for each in but}}
    if rules:
        options["runOnly"] = list(rules)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    return [
        f"{node['page']} {each['id']}: {node['html'][:200]} – {node['failureSummary'].splitlines()[-1].strip()}".strip()
        for each in page.evaluate(RUN, [part, options])
        if each["impact"] in GRAVE or each["id"] in LANDMARKS
        for node in each["nodes"]
    ]


def side_by_side(page: Page, pages: Iterable[tuple[str, str]]) -> None:
    """Put the pages, each a name and its HTML, into the frame of the one that is open: to load the frame for each of
    them, and to start axe for each, takes longest."""
    page.evaluate(SIDE_BY_SIDE, list(pages))
