"""Draws the pictures of the demo: posters, stills, snacks, the logo, maps. `posters.typ` has the drawings.

They are free for any use.
"""

from functools import cache
from pathlib import Path

import typst

SOURCE = Path(__file__).with_name("posters.typ")
POSTER, STILL, SNACK, LOGO, MAP = (720, 1080), (1600, 900), (480, 480), (500, 300), (960, 600)  # pixels

PALETTES = {
    # dark, middle, accent, light
    "ocean": ("#0b1f33", "#1f5673", "#2f8f9d", "#f3e9d2"),
    "airship": ("#2a4a6b", "#e59866", "#c0392b", "#fdf2e0"),
    "tram": ("#15141b", "#3d3350", "#b03a2e", "#ffd98a"),
    "cat": ("#2b1d3a", "#e8743b", "#f7c948", "#fff3d6"),
    "mountains": ("#10212b", "#5b7f95", "#d9643a", "#e8f1f2"),
    "lighthouse": ("#14213d", "#7b4b69", "#d1495b", "#ffe8b8"),
    "code": ("#0d1b2a", "#274c77", "#c1121f", "#f1faee"),
    "planet": ("#1a1033", "#5a2a6e", "#e4572e", "#fff0d4"),
    "door": ("#171414", "#2d1f1f", "#8f1d14", "#f2c879"),
    "orchestra": ("#1d2b1f", "#3f6b4b", "#e0a030", "#fbf5e6"),
    "crystals": ("#0f2a2a", "#2f6f62", "#37a98b", "#f4e3b2"),
    "domes": ("#1b1740", "#4c3a86", "#1f9aa8", "#f9dfa5"),
    "route": ("#16233f", "#3d6187", "#d9482b", "#eef4f8"),
    "robot": ("#23313d", "#c9772f", "#2f8f7d", "#fdf0d8"),
    # of the bar
    "popcorn": ("#f2c879", "#e08e45", "#c0392b", "#fff8ea"),
    "nachos": ("#3f6b4b", "#6fa06a", "#e0a030", "#fbf5e6"),
    "coffee": ("#5a4636", "#a07d5f", "#4a2d1c", "#fbf5e6"),
    "cola": ("#e8d9c0", "#cdb48f", "#8f1d14", "#fff8ea"),
    "water": ("#1f5673", "#7fc0d8", "#2f8f9d", "#ffffff"),
    "ice": ("#7b4b69", "#e59bb0", "#d9a05a", "#fff3e6"),
    "chocolate": ("#d9a05a", "#c0392b", "#4a2d1c", "#f2c879"),
    # of the chain
    "logo": ("#ffffff00", "#d9643a", "#9a1f4b", "#f2b84b"),
    "pokrovskaya": ("#f1e9dc", "#c3dcb4", "#9a1f4b", "#ffffff"),
    "iset": ("#f1e9dc", "#a9d3e6", "#9a1f4b", "#ffffff"),
}


def draw(motif: str, *, size: tuple[int, int], title: str = "", credit: str = "") -> bytes:
    """A PNG of the motif; with a title it is a poster. The same words make the same bytes."""
    colours = dict(zip(("dark", "mid", "accent", "light"), PALETTES[motif], strict=True))
    words = {"motif": motif, "width": str(size[0]), "height": str(size[1]), "title": title, "credit": credit}
    drawn = _compiler().compile(format="png", ppi=72, sys_inputs=words | colours)
    assert isinstance(drawn, bytes)
    return drawn


@cache
def _compiler() -> typst.Compiler:
    """Only the fonts that it has inside, which are the same on every machine."""
    return typst.Compiler(SOURCE, root=SOURCE.parent, ignore_system_fonts=True)
