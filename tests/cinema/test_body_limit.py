"""A body that is too long is refused before anything reads it, by anybody, on any page."""

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import reverse

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


def test_no_upload_is_stored_on_the_disk():
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE == settings.DATA_UPLOAD_MAX_MEMORY_SIZE == settings.MAX_REQUEST_BYTES
