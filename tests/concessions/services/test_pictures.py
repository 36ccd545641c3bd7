import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from PIL import Image

from concessions.models import ConcessionItem
from concessions.services.pictures import MOST_BYTES, prepared, set_picture
from tests.helpers.factories import a_cinema, an_item
from tests.helpers.pictures import a_picture


def files() -> set[str]:
    return set(storages["pictures"].listdir("")[1])


def test_the_middle_of_a_picture_becomes_a_square_in_three_formats() -> None:
    picture = prepared(a_picture(600, 300, kind="PNG"))

    assert {each: Image.open(io.BytesIO(content)).size for each, content in picture.files.items()} == {
        "avif": (240, 240),
        "webp": (240, 240),
        "jpg": (240, 240),
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"<svg onload=alert(1)>", "read as a picture"), (b"x" * (MOST_BYTES + 1), "larger than 1 MB")],
)
def test_what_is_no_picture_is_refused_with_what_to_do(content: bytes, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        prepared(content)


@pytest.mark.django_db(transaction=True)
def test_a_former_picture_goes_with_the_last_item_that_has_it() -> None:
    cinema = a_cinema()
    one, other = an_item(cinema), an_item(cinema)
    picture = prepared(a_picture())
    set_picture(one, picture)
    set_picture(other, picture)
    assert files() >= {one.picture_name("avif"), one.picture_name("webp"), one.picture_name("jpg")}

    set_picture(one, None)
    other.refresh_from_db()
    assert other.picture_name("jpg") in files()
    set_picture(other, None)

    assert not {name for name in files() if name.startswith(picture.digest)}
    assert set(ConcessionItem.objects.values_list("picture", flat=True)) == {""}
