import re
from pathlib import Path

import pytest

from house_rules.contrast import DARK, LEAST, LIGHT, contrast, least_contrast, readable_shade, text_on

CSS = (Path(__file__).resolve().parents[2] / "static" / "shop" / "shop.css").read_text()


def test_black_on_white_has_the_contrast_that_wcag_gives() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == round(contrast("#ffffff", "#000000"), 1) == 21.0


def test_the_backgrounds_are_those_of_the_stylesheet() -> None:
    themes = re.findall(r"--paper: (\S+); --raise: (\S+); .*?--tint: (\S+);", CSS, re.DOTALL)

    full = [tuple("#ffffff" if colour == "#fff" else colour for colour in each) for each in themes]
    assert full == [LIGHT, DARK]


@pytest.mark.parametrize(("colour", "backgrounds"), [("#ffe000", LIGHT), ("#00003c", DARK)])
def test_the_suggested_shade_can_be_read(colour: str, backgrounds: tuple[str, ...]) -> None:
    assert (
        least_contrast(colour, backgrounds) < LEAST <= least_contrast(readable_shade(colour, backgrounds), backgrounds)
    )


def test_every_colour_can_have_readable_text_on_it() -> None:
    greys = [f"#{level:02x}{level:02x}{level:02x}" for level in range(0, 256, 5)]

    assert min(contrast(each, text_on(each)) for each in greys) >= LEAST
