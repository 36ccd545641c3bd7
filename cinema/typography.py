"""Typographic rules that depend on the reader's language."""

import re
from typing import Any, TypeVar

from django.utils.safestring import SafeString
from django.utils.translation import get_language

INNER_QUOTES = {"ru": ("„", "“"), "en": ("‘", "’")}
QUOTED = re.compile(r"«([^«»]*)»|“([^“”]*)”|„([^„“]*)“|\"([^\"]*)\"")


def inside_quotes(text: Any) -> str:
    """The text as it is written between quotation marks: its own become the inner ones of the language in force.

    In Russian `Код «Снегирь»` becomes `Код „Снегирь“`, so that the pattern `«%(film)s»` reads «Код „Снегирь“».
    """
    opening, closing = INNER_QUOTES.get((get_language() or "")[:2], INNER_QUOTES["en"])
    return QUOTED.sub(
        lambda found: opening + next(part for part in found.groups() if part is not None) + closing, str(text)
    )


Text = TypeVar("Text", bound=str)


def nest_quotes(text: Text) -> Text:
    """The text with inner «guillemets» as „these“: `Изменено: фильм «Код „Снегирь“».` Stays marked safe if it was.

    For finished Russian sentences, in which a name was already put between quotation marks.
    """
    depth, characters = 0, []
    for character in text:
        if character == "«":
            depth += 1
            characters.append("«" if depth == 1 else "„")
        elif character == "»" and depth:
            depth -= 1
            characters.append("“" if depth else "»")
        else:
            characters.append(character)
    nested = "".join(characters)
    return SafeString(nested) if isinstance(text, SafeString) else nested  # type: ignore[return-value]
