"""Nested quotation marks in the finished Russian sentences that Django and the admin put together."""

from typing import TypeVar

from django.utils.safestring import SafeString

Text = TypeVar("Text", bound=str)


def nest_guillemets(text: Text) -> Text:
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
