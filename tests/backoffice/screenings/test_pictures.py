import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from screenings.models import Film, FilmPicture
from screenings.pictures import MOST_BYTES
from tests.helpers import factories
from tests.helpers.pictures import a_picture
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def film():
    return Film.objects.create(title="Mirror", duration_minutes=107)


def page(film):
    return reverse("admin:screenings_film_pictures", args=[film.pk])


def an_upload(content, *, kind="POSTER", text=""):
    return {"add": "1", "kind": kind, "text": text, "file": SimpleUploadedFile("poster.jpg", content)}


def test_a_manager_uploads_describes_and_removes_pictures_and_it_is_recorded(film):
    client = browser(someone("cinema_manager", factories.a_cinema()))

    added = client.post(page(film), an_upload(a_picture(), text="A mirror"), follow=True)
    poster = FilmPicture.objects.get()
    client.post(page(film), {"describe": poster.pk, "text": "A broken mirror"})
    described = FilmPicture.objects.get().text
    client.post(page(film), {"remove": poster.pk})

    assert poster.small in added.content.decode()
    assert (poster.film, poster.kind, poster.text, described) == (film, "POSTER", "A mirror", "A broken mirror")
    assert not FilmPicture.objects.exists()
    assert len(LogEntry.objects.filter(object_id=str(film.pk))) == 3
    assert page(film) in client.get(reverse("admin:screenings_film_change", args=[film.pk])).content.decode()


def test_what_is_no_picture_is_refused_with_a_reason(film):
    client = browser(someone("cinema_manager", factories.a_cinema()))

    refused = client.post(page(film), an_upload(b"<svg onload=alert(1)>"))
    missing = client.post(page(film), {"add": "1", "kind": "POSTER"})
    gone = client.post(page(film), {"remove": "12345"})

    assert "This file can’t be read as a picture" in refused.content.decode()
    assert "This field is required" in missing.content.decode()
    assert "somebody has removed or replaced it" in gone.content.decode()
    assert not FilmPicture.objects.exists()


def test_a_trailer_is_added_replaced_and_removed_with_its_file(film, django_capture_on_commit_callbacks):
    client = browser(someone("cinema_manager", factories.a_cinema()))
    stored = []

    with django_capture_on_commit_callbacks(execute=True):
        for content in (b"\0\0\0\x18ftypmp42", b"\x1a\x45\xdf\xa3\0webm", b"GIF89a"):
            file = SimpleUploadedFile("it.mp4", content)
            answer = client.post(page(film), {"video": "add", "trailer": file}, follow=True)
            film.refresh_from_db()
            stored.append(film.trailer_file)
        client.post(page(film), {"video": "remove"})

    film.refresh_from_db()
    assert "This file is not an MP4 or WebM video" in answer.text
    assert [name.rpartition(".")[2] for name in stored] == ["mp4", "webm", "webm"]
    assert film.trailer_file == ""
    assert [storages["pictures"].exists(name) for name in stored] == [False, False, False]


def test_large_files_are_taken_from_those_who_may_change_films_only(film):
    large = b"\xff\xd8" + b"\0" * 3_000_000
    cinema = factories.a_cinema()

    manager = browser(someone("cinema_manager", cinema))
    may = manager.post(page(film), an_upload(large))
    may_not = browser(someone("cashier", cinema)).post(page(film), an_upload(large))
    too_large = manager.post(page(film), an_upload(b"\0" * (MOST_BYTES + 200_000)))

    assert "no picture" in may.content.decode()
    assert (may_not.status_code, too_large.status_code) == (413, 413)


@pytest.mark.parametrize("role", ["cashier", "accountant"])
def test_who_may_not_change_films_does_not_see_the_page(film, role):
    client = browser(someone(role, factories.a_cinema()))

    assert client.get(page(film)).status_code == 403
    assert client.post(page(film), an_upload(a_picture())).status_code == 403
    assert not FilmPicture.objects.exists()
