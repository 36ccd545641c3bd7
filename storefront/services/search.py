"""Finds films by what somebody types: in any case, as one types, and with typing errors.

Only films that are on sale or announced are found, so there are some hundreds of them whatever the database holds:
they are ranked here, alike on every database.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from screenings.models import Film

MOST_LETTERS = 100  # of what is typed; the rest does not count
MOST_WORDS = 6
MOST_FOUND = 20
LATIN, RUSSIAN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю"  # the same keys
OTHER_LAYOUT = str.maketrans(LATIN + RUSSIAN, RUSSIAN + LATIN)

# How Russian letters sound in Latin ones, and the spellings that people use for one sound, longer ones first.
LETTERS = dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhie", strict=True))
LETTERS |= {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
SPELLINGS = [
    ("shch", "sh"),
    ("tsch", "ch"),
    ("sch", "sh"),
    ("kh", "h"),
    ("tz", "c"),
    ("ts", "c"),
    ("ck", "k"),
    ("ph", "f"),
    ("x", "ks"),
]
SPELLINGS += [("w", "v"), ("j", "y"), ("yo", "e"), ("ye", "e"), ("iu", "u"), ("yu", "u"), ("ia", "a"), ("ya", "a")]
SPELLINGS += [("y", "i"), ("'", "")]
DOUBLE = re.compile(r"(.)\1+")

Words = tuple[tuple[str, frozenset[str]], ...]  # with their letters


def search(films: Iterable[Film], text: str) -> list[Film]:
    """The films in which each typed word is found, the best first; of equals, the first given.

    A word may begin a longer one, and have one wrong, missing, additional or swapped letter, or two if it is long. If
    nothing is found, the text is read as typed under the other layout of a Russian keyboard, and then by its sound: the
    Russian words of a title may be typed in Latin letters, in any of the usual ways, and the other way round.

    Reads only.
    """
    films = list(films)
    typed = text[:MOST_LETTERS].lower()
    return (
        _ranked(films, typed) or _ranked(films, typed.translate(OTHER_LAYOUT)) or _ranked(films, typed, by_sound=True)
    )


def normalised(text: str) -> list[str]:
    """The words in small letters without accents; ё as е. Reads only."""
    small = unicodedata.normalize("NFC", text.casefold())
    plain = unicodedata.normalize("NFKD", small.replace("ё", "е").replace("й", "\0"))  # й is no accented и
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("\0", "й")
    return re.findall(r"\w+", plain)


def _ranked(films: Sequence[Film], typed: str, *, by_sound: bool = False) -> list[Film]:
    words = [sound(word) if by_sound else word for word in normalised(typed)[:MOST_WORDS]]
    if not words:
        return []
    scores = [(_score(words, film, by_sound=by_sound), number, film) for number, film in enumerate(films)]
    found = sorted((-score, number, film) for score, number, film in scores if score)
    return [film for _score, _number, film in found[:MOST_FOUND]]


def sound(word: str) -> str:
    """A normalised word in Latin letters, of which several spellings of one sound become one. Reads only."""
    latin = "".join(LETTERS.get(letter, letter) for letter in word)
    for spelling, one in SPELLINGS:
        latin = latin.replace(spelling, one)
    return DOUBLE.sub(r"\1", latin) or word


def _score(words: Sequence[str], film: Film, *, by_sound: bool) -> float:
    """How well the words fit the film; 0 if one of them does not."""
    others = film.texts.values()
    titles = _words_of(film.title, film.original_title, *(each.get("title", "") for each in others), by_sound=by_sound)
    names = (each.get(name, "") for each in others for name in ("director", "starring"))
    people = _words_of(film.director, film.starring, *names, by_sound=by_sound)
    total = 0.0
    for word in words:
        best = max(_likeness(word, titles), 0.6 * _likeness(word, people))
        if not best:
            return 0
        total += best
    return total


@lru_cache(maxsize=16_384)
def _words_of(*texts: str, by_sound: bool) -> Words:
    words = normalised(" ".join(texts))
    return tuple((word, frozenset(word)) for word in dict.fromkeys(map(sound, words) if by_sound else words))


def _likeness(word: str, words: Words) -> float:
    """1 for the word itself, less for one that it begins, is part of, or nearly is; 0 if there is none."""
    best, errors = 0.0, 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    letters = frozenset(word)
    for other, other_letters in words:
        if other.startswith(word):
            return 1.0 if other == word else 0.9
        if len(word) > 2 and word in other:
            best = max(best, 0.7)
        elif best < 0.5 and errors and len(letters - other_letters) <= errors <= len(other):
            best = max(best, 0.5 if _begins_nearly(other, word, errors) else 0)
    return best


def _begins_nearly(other: str, word: str, errors: int) -> bool:
    """Whether `other` begins with the word, but for so many errors (Damerau and Levenshtein's distance of its best
    beginning).
    """
    other = other[: len(word) + errors]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(word, start=1):
        above, before, row = before, row, [place]
        for number, each in enumerate(other, start=1):
            cost = min(before[number - 1] + (letter != each), before[number] + 1, row[number - 1] + 1)
            if place > 1 and number > 1 and letter == other[number - 2] and word[place - 2] == each:
                cost = min(cost, above[number - 2] + 1)  # swapped
            row.append(cost)
        if min(row) > errors:
            return False
    return min(row) <= errors
