"""Whether a colour can be read on the shop's pages, by the contrast of WCAG 2.2."""

import re
from collections.abc import Sequence

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LEAST = 4.5  # of text, level AA
#: The backgrounds on which the accent is written, as shop.css has them; a test compares the two.
LIGHT = ("#fbf8f3", "#ffffff", "#f6e9e6")
DARK = ("#131010", "#1d1918", "#2a231b")
BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """The ratio of two colours such as “#8c1c2e”, from 1 to 21."""
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, backgrounds: Sequence[str]) -> float:
    return min(contrast(colour, each) for each in backgrounds)


def readable_shade(colour: str, backgrounds: Sequence[str]) -> str:
    """The nearest shade, towards black or white, that can be read on all of the backgrounds."""
    goal = max(BLACK, WHITE, key=lambda each: least_contrast(each, backgrounds))
    shades = (mixed(colour, goal, step / 50) for step in range(51))
    return next(each for each in shades if least_contrast(each, backgrounds) >= LEAST)


def text_on(colour: str) -> str:
    """Black or white, whichever is read better on the colour; one of the two always reaches `LEAST`."""
    return max(BLACK, WHITE, key=lambda each: contrast(each, colour))


def mixed(colour: str, goal: str, share: float) -> str:
    """The colour with this share, from 0 to 1, of the goal."""
    pairs = zip(_channels(colour), _channels(goal), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [each / 255 for each in _channels(colour)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
