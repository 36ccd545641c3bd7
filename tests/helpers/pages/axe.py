"""Accessibility checks of pages with axe-core."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

GRAVE = ("serious", "critical")
LANDMARKS = ("landmark-one-main", "region")  # of moderate impact in axe; screen readers skip the menu by them

#: Puts the content of several pages into one document. Each keeps the `x-data` of its body. Ids that labels refer to
#: get a prefix, so that they stay unique; repeated rows, options and seats are cut to a few. Fixed and sticky elements
#: become static, since they would cover the other pages, and axe ignores what is covered.
SIDE_BY_SIDE = """pages => {
    const refers = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"]
    const nonce = document.querySelector("style[nonce]")?.nonce ?? ""  // of the page into which the others are put
    const all = pages.map(([name, html], number) => {
        const allowed = html.replaceAll(/ nonce="[^"]*"/g, ` nonce="${nonce}"`)
        const next = new DOMParser().parseFromString(allowed, "text/html")
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
    """The violations on the page, one line each: the rule, the element, and the reason.

    Checks all rules, or `rules` only, without those in `but`; on the whole page, or the selector `part`. `title` must
    be contained in the page's title, so that a test does not check the log-in form by mistake.
    """
    if title:
        expect(page).to_have_title(re.compile(re.escape(title)))
    page.wait_for_load_state()
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
    """Put the pages, each a name and its HTML, into the open page. One load and one run of axe for all of them is much
    faster than one for each."""
    page.evaluate(SIDE_BY_SIDE, list(pages))
