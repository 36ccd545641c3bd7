"""A body that is too long is refused before anything reads it, by anybody, on any page."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import reverse

from backoffice.framework.import_export import limits
from backoffice.models import FileImport, FileImportPart
from tests.helpers.users import browser, someone

PAGES = ["/", "/admin/login/", "/no/such/page/", "/admin/screenings/film/import/"]


class Body:
    """A body that fails the test when it is read."""

    def read(self, *_args):
        raise AssertionError("the body was read")

    readline = read


def answer_to(path: str, *, length: str, **headers: str) -> tuple[int, str]:
    """The status and the text that the whole stack answers to a POST whose body cannot be read."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": "csrftoken=" + "a" * 32,
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "CONTENT_LENGTH": length,
        "wsgi.input": Body(),
        "wsgi.url_scheme": "http",
        **headers,
    }
    handler = WSGIHandler()
    response = handler.get_response(WSGIRequest(environ))
    return response.status_code, response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_long_body_is_refused_unread_on_every_page(path):
    status, text = answer_to(path, length=str(settings.MAX_REQUEST_BYTES + 1))

    assert (status, text) == (413, "This is larger than 2 MB. Send a smaller file.")


def test_the_health_check_takes_no_body_at_all():
    status, _text = answer_to("/healthz", length=str(settings.MAX_REQUEST_BYTES + 1))

    assert status == 405


def test_the_refusal_is_in_the_language_of_the_visitor():
    _status, text = answer_to("/", length="999999999", HTTP_ACCEPT_LANGUAGE="ru")

    assert text == "Больше 2 МБ отправить нельзя. Выберите файл поменьше."


@pytest.mark.django_db
@pytest.mark.parametrize("length", ["", "-1", "much"])
def test_a_body_without_a_usable_length_is_not_read(length):
    status, _text = answer_to(reverse("admin:login"), length=length)

    assert status in (400, 403)  # without a body there is no token


LARGE = limits.LARGE_BYTES  # a file alone


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["cashier", ""])
def test_a_large_file_of_who_may_not_import_is_refused_unread(role):
    cookie = browser(someone(role, all_cinemas=True)).cookies[settings.SESSION_COOKIE_NAME].value if role else "none"

    status, text = answer_to(
        "/admin/screenings/film/import/",
        length=str(LARGE),
        HTTP_COOKIE=f"csrftoken={'a' * 32}; {settings.SESSION_COOKIE_NAME}={cookie}",
    )

    assert (status, text) == (413, "This is larger than 2 MB. Send a smaller file.")


@pytest.mark.django_db
def test_staff_who_may_import_send_a_large_file_to_that_page_alone():
    client = browser(someone("owner", all_cinemas=True))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    theirs = {"HTTP_COOKIE": f"csrftoken={'a' * 32}; {settings.SESSION_COOKIE_NAME}={cookie}"}
    content = b"Title,Running time (minutes)\n" + b"Mirror,107\n" * 300_000

    taken = client.post("/admin/screenings/film/import/", {"file": SimpleUploadedFile("films.csv", content)})

    assert len(content) > settings.MAX_REQUEST_BYTES
    assert (taken.status_code, FileImport.objects.get().name) == (302, "films.csv")
    assert b"".join(bytes(each.content) for each in FileImportPart.objects.order_by("number")) == content
    too_large = answer_to("/admin/screenings/film/import/", length=str(LARGE + 1_000_000), **theirs)
    assert too_large == (413, "This is larger than 20 MB. Send a smaller file.")
    for path in ("/admin/screenings/film/", "/admin/screenings/film/import/1/", "/"):
        assert answer_to(path, length=str(LARGE), **theirs)[0] == 413


def test_no_upload_is_stored_on_the_disk():
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE == settings.DATA_UPLOAD_MAX_MEMORY_SIZE == settings.MAX_REQUEST_BYTES
