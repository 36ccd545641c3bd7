"""Elements of SVG and HTML, escaped."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe


def tag(name: str, *content: Any, **attributes: Any) -> SafeString:
    """An element. Underscores in the names of attributes become hyphens, and one at the end is dropped: `class_`."""
    given = [
        f' {key.rstrip("_").replace("_", "-")}="{conditional_escape(_text(value))}"'
        for key, value in attributes.items()
    ]
    inner = joined(content)
    end = f">{inner}</{name}>" if inner or name not in {"rect", "line", "circle", "path"} else "/>"
    return mark_safe(f"<{name}{''.join(given)}{end}")  # noqa: S308 - all of it is escaped


def joined(parts: Iterable[Any]) -> SafeString:
    return mark_safe("".join(conditional_escape(part) for part in parts))  # noqa: S308 - all of it is escaped


def title(text: str) -> SafeString:
    """What is shown under the mouse."""
    return format_html("<title>{}</title>", text)


def percent(value: float) -> str:
    return f"{number(value)}%"


def number(value: float) -> str:
    """Two places at most, with a point whatever the language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(value: Any) -> Any:
    return number(value) if isinstance(value, float) else value
