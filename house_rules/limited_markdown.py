"""Texts of the chain's pages as HTML: headings, paragraphs, lists, links and bold words of Markdown, nothing else.

Everything else is shown as it was typed, so that a text cannot bring markup or scripts into a page.
"""

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

HEADING = re.compile(r"(#{1,3})\s+(.+)")
ITEM = re.compile(r"\s*(?:(?P<bullet>[-*•])|\d{1,3}[.)])\s+(?P<text>.+)")
BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
#: A link to this site, another site, a mailbox or a phone; any other address stays text. Its words have no bracket of
#: either kind, so that each part of a text is looked at once.
LINK = re.compile(r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:|tel:|/(?!/))[^\s()<>]*)\)")


def to_html(text: str) -> SafeString:
    """The text as HTML. Its highest headings are h2, since the page has a title of its own; no level is left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    blocks = re.split(r"\n\s*\n", text)
    marks = {heading[1] for line in text.split("\n") if (heading := HEADING.fullmatch(line.strip()))}
    levels = {mark: level for level, mark in enumerate(sorted(marks), start=2)}
    return mark_safe("\n".join(html for block in blocks for html in _block(block.split("\n"), levels)))  # noqa: S308 (escaped)


def _block(lines: list[str], levels: dict[str, int]) -> Iterator[str]:
    """A block has no empty line; headings and lists in it need none around them."""
    paragraph: list[str] = []
    items: list[str] = []
    tag = "ul"

    def finished() -> Iterator[str]:
        if paragraph:
            yield f"<p>{'<br>'.join(paragraph)}</p>"
        if items:
            yield f"<{tag}>{''.join(f'<li>{each}</li>' for each in items)}</{tag}>"
        paragraph.clear()
        items.clear()

    for line in lines:
        if heading := HEADING.fullmatch(line.strip()):
            yield from finished()
            level = levels[heading[1]]
            yield f"<h{level}>{_inline(heading[2])}</h{level}>"
        elif item := ITEM.fullmatch(line):
            kind = "ul" if item["bullet"] else "ol"
            if paragraph or kind != tag:
                yield from finished()
            tag = kind
            items.append(_inline(item["text"]))
        elif items and line.strip():  # a long item goes on
            items[-1] += f" {_inline(line.strip())}"
        elif line.strip():
            paragraph.append(_inline(line.strip()))
    yield from finished()


def _inline(text: str) -> str:
    return LINK.sub(r'<a href="\2">\1</a>', BOLD.sub(r"<b>\1</b>", escape(text)))
