import pytest
from django.core.exceptions import ValidationError

from house_rules.face import Face
from house_rules.fonts import MOST_BYTES, checked
from tests.helpers.fonts import a_font


def test_a_woff2_is_taken_as_it_is() -> None:
    assert checked(a_font()) == a_font()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "can’t be read as a font"),
        (b"wOFF" + a_font()[4:], "can’t be read as a font"),
        (a_font(said=61), "can’t be read as a font"),
        (a_font(flavour=b"ttcf"), "can’t be read as a font"),
        (a_font(unpacked=100_000_000), "can’t be read as a font"),
        (a_font(length=MOST_BYTES + 1), "larger than 150 KB"),
    ],
)
def test_anything_else_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        checked(content)


def test_the_style_sheet_names_the_uploaded_font_only_if_it_is_used() -> None:
    stack, own = Face(heading_font="SLAB", font_digest="abc"), Face(text_font="OWN", font_digest="abc")

    assert "--display: Rockwell" in stack.css
    assert "@font-face" not in stack.css
    assert 'url("font.woff2?abc")' in own.css
    assert '--text: "Chain"' in own.css
    assert Face().css == ""
