"""Quotation marks inside quotation marks, as Russian nests them."""

from typing import TypeVar

from django.utils.safestring import SafeString

Text = TypeVar("Text", bound=str)


def nest_quotes(text: Text) -> Text:
    """The same text with inner «guillemets» as „these“: `Изменено: фильм «Код „Снегирь“».` Marked safe if it was."""
    depth, told = 0, []
    for sign in text:
        if sign == "«":
            depth += 1
            told.append("«" if depth == 1 else "„")
        elif sign == "»" and depth:
            depth -= 1
            told.append("“" if depth else "»")
        else:
            told.append(sign)
    nested = "".join(told)
    return SafeString(nested) if isinstance(text, SafeString) else nested  # type: ignore[return-value]
