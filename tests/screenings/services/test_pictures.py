import pytest
from django.core.files.storage import storages

from screenings.errors import PictureRefused
from screenings.models import Film, FilmPicture
from screenings.services import add_picture, remove_picture
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db

POSTER, STILL = FilmPicture.Kind.POSTER, FilmPicture.Kind.STILL


@pytest.fixture
def film() -> Film:
    return Film.objects.create(title="Mirror", duration_minutes=107)


def stored() -> set[str]:
    return set(storages["pictures"].listdir("")[1])


def test_a_picture_is_stored_in_each_width_that_it_has(film: Film) -> None:
    poster = add_picture(film, content=a_picture(600, 900), kind=POSTER, text="A mirror")

    assert (poster.width, poster.height, poster.widths, poster.text) == (600, 900, [240, 480, 600], "A mirror")
    assert set(poster.file_names) <= stored()
    assert len(set(poster.file_names)) == 9


def test_a_new_poster_replaces_the_old_one_and_its_files(film: Film, django_capture_on_commit_callbacks) -> None:
    old = add_picture(film, content=a_picture(), kind=POSTER)

    with django_capture_on_commit_callbacks(execute=True):
        new = add_picture(film, content=a_picture(colour="navy"), kind=POSTER)

    assert list(film.pictures.all()) == [new]
    assert stored().isdisjoint(old.file_names)
    assert set(new.file_names) <= stored()


def test_a_file_that_another_film_has_too_stays(film: Film, django_capture_on_commit_callbacks) -> None:
    other = Film.objects.create(title="Solaris", duration_minutes=167)
    removed, kept = (add_picture(each, content=a_picture(colour="olive"), kind=STILL) for each in (film, other))

    with django_capture_on_commit_callbacks(execute=True):
        remove_picture(removed)

    assert not film.pictures.exists()
    assert set(kept.file_names) <= stored()


def test_the_same_still_is_there_once(film: Film, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            still = add_picture(film, content=a_picture(), kind=STILL)

    assert list(film.pictures.all()) == [still]
    assert set(still.file_names) <= stored()


def test_a_film_has_twelve_stills_at_most(film: Film) -> None:
    rows = [FilmPicture(film=film, kind=STILL, digest=f"{number:020}", width=480, height=270) for number in range(12)]
    FilmPicture.objects.bulk_create(rows)

    with pytest.raises(PictureRefused, match="12 stills"):
        add_picture(film, content=a_picture(), kind=STILL)

    assert film.pictures.count() == 12
