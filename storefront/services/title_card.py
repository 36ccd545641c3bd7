"""The title card of a film as a picture, for search engines: films have no posters."""

from dataclasses import dataclass
from textwrap import wrap

from screenings.models import Film

WIDTH, HEIGHT = 1920, 1080
MARGIN = 140
LETTER, LINE = 0.7, 1.15  # the width of a letter and the height of a line, as parts of the font size
LONGEST_LINE = 16  # letters, unless a word is longer
MOST_LINES = 4
LARGEST = 180
COLOURS = ["#2b1b2f", "#7a1f2b", "#0f4c4a", "#24365f", "#6b4a12", "#47254f", "#25471f", "#3a3a3a"]  # as in shop.css


@dataclass(frozen=True)
class Line:
    text: str
    y: int


@dataclass(frozen=True)
class TitleCard:
    """`size` is the font size; each of `lines` has the place of its base line."""

    film: Film
    colour: str
    size: int
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT
    margin: int = MARGIN


def title_card(film: Film) -> TitleCard:
    """The title in lines and in the largest font size that fits. Reads only."""
    title = "".join(character for character in film.title if character.isprintable())
    lines = wrap(title, LONGEST_LINE, break_long_words=False)
    if len(lines) > MOST_LINES:
        lines = wrap(title, -(-len(title) // MOST_LINES) + max(map(len, title.split())), break_long_words=False)
    longest = max(map(len, lines), default=1)
    room = HEIGHT - 3 * MARGIN  # the last margin is for the age rating
    size = int(min(LARGEST, (WIDTH - 2 * MARGIN) / (longest * LETTER), room / (len(lines or " ") * LINE)))
    places = [Line(text, MARGIN + size + int(number * size * LINE)) for number, text in enumerate(lines)]
    return TitleCard(film=film, colour=COLOURS[film.pk % len(COLOURS)], size=size, lines=places)
