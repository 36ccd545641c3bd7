import io
import re

import pytest
from django.test import Client
from PIL import Image

from screenings.models import Film, FilmPicture
from screenings.services import add_picture, set_trailer
from storefront.views.pictures import PART
from tests.helpers import factories
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def film() -> Film:
    film = factories.a_session().film
    for kind, size in (("POSTER", (300, 450)), ("STILL", (640, 360))):
        add_picture(film, content=a_picture(*size), kind=kind, text="A planet <of> water")
    return film


@pytest.mark.parametrize(("extension", "kind"), [("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")])
def test_a_picture_may_be_kept_for_ever_and_costs_no_query(
    client: Client, film: Film, extension: str, kind: str, django_assert_num_queries
) -> None:
    poster = film.pictures.get(kind="POSTER")

    with django_assert_num_queries(0):
        answer = client.get(poster.url(240, extension))

    assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
    assert answer["Content-Type"] == FilmPicture.FORMATS[extension]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer
    image = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert (image.format, image.size) == (kind, (240, 360))


@pytest.mark.parametrize(
    "name", ["0" * 20 + "-240.jpg", "../cinema/settings.py", "0" * 20 + "-240.svg", "%2e%2e/.env", "", "x.jpg"]
)
def test_nothing_else_is_served(client: Client, film: Film, name: str) -> None:
    assert client.get(f"/pictures/{name}").status_code == 404


def test_pages_show_posters_in_the_widths_that_they_have_and_keep_their_place(client: Client, film: Film) -> None:
    poster = film.pictures.get(kind="POSTER")

    home, page = (client.get(path).content.decode() for path in ("/?day=2026-11-06", f"/films/{film.pk}/"))

    for html in (home, page):
        assert f'srcset="{poster.url(240, "avif")} 240w, {poster.url(300, "avif")} 300w"' in html
        assert re.search(rf'<img src="{poster.url(300)}" alt="[^"]*" width="300" height="450"', html)
    assert 'alt="A planet &lt;of&gt; water"' in page
    assert 'alt=""' in home  # the title stands beside it


def test_a_film_without_a_poster_has_its_title_on_a_colour(client: Client) -> None:
    film = factories.a_session().film

    for path in ("/?day=2026-11-06", f"/films/{film.pk}/"):
        assert 'class="card look' in client.get(path).content.decode()


VIDEO = b"\0\0\0\x18ftypmp42" + bytes(range(200))


def test_a_trailer_of_its_own_loads_nothing_before_it_is_pressed(client: Client, film: Film) -> None:
    set_trailer(film, content=VIDEO)

    page = client.get(f"/films/{film.pk}/").text

    address = f"/pictures/{film.trailer_file}"
    assert f'<video src="{address}" controls preload="none"' in page
    assert client.get(address).content == VIDEO


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-1", "bytes 0-1/212"), ("bytes=200-", "bytes 200-211/212"), ("bytes=5-999", "bytes 5-211/212")],
)
def test_players_get_the_part_of_a_trailer_that_they_ask_for(client: Client, film: Film, asked: str, part: str) -> None:
    set_trailer(film, content=VIDEO)

    answer = client.get(f"/pictures/{film.trailer_file}", headers={"Range": asked})

    first, last = (int(each) for each in part.removeprefix("bytes ").partition("/")[0].split("-"))
    assert (answer.status_code, answer["Content-Range"], answer["Content-Type"]) == (206, part, "video/mp4")
    assert answer.content == VIDEO[first : last + 1]


def test_a_long_trailer_is_given_in_parts_so_that_slow_readers_keep_no_worker(client: Client, film: Film) -> None:
    content = VIDEO + bytes(PART)
    set_trailer(film, content=content)
    address = f"/pictures/{film.trailer_file}"

    first, last = (client.get(address, headers={"Range": f"bytes={start}-"}) for start in (0, PART))

    assert client.get(address).status_code == 400  # the whole of it
    assert first["Content-Range"] == f"bytes 0-{PART - 1}/{len(content)}"
    assert first.content + last.content == content


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        *((each, 200, VIDEO) for each in ("bytes=-5", "bytes=x", "bytes=0-1,4-5")),
        *((each, 416, b"") for each in ("bytes=212-", "bytes=5-2")),
    ],
)
def test_ranges_that_players_do_not_ask_for_get_the_whole_of_a_short_trailer_or_nothing(
    client: Client, film: Film, asked: str, status: int, content: bytes
) -> None:
    set_trailer(film, content=VIDEO)

    answer = client.get(f"/pictures/{film.trailer_file}", headers={"Range": asked})

    assert (answer.status_code, answer.content) == (status, content)
