"""Names of languages."""

from collections.abc import Iterable

from django.utils.translation import get_language, get_language_info


def language_name(code: str) -> str:
    """The language's name in that of the page; its code where Django does not know it. Reads only."""
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code.upper()
    return name.lower() if get_language() == "ru" else name  # Russian writes them small within a sentence


def language_names(codes: Iterable[str]) -> str:
    """Separated by commas. Reads only."""
    return ", ".join(sorted({language_name(code) for code in codes if code}))
