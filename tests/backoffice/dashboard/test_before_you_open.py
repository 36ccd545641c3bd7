"""The list “Before you open”: each line a link that opens, shown to owners, gone when all is done."""

from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from backoffice.dashboard.before_you_open import Step, shown_until_done, steps_before_opening
from backoffice.dashboard.together import Together
from jobs.models import JobRun, RunOutcome
from screenings.models import Film
from screenings.services import create_standard_ticket_types
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


@pytest.fixture(autouse=True)
def nothing_is_set(settings: Any) -> None:
    settings.PAYMENT_GATEWAYS = []
    settings.TERMS_URL = settings.PRIVACY_URL = ""
    settings.SECRET_KEY = "short"
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Cinema <cinema@localhost>"


def set_everything(settings: Any) -> None:
    settings.PAYMENT_GATEWAYS = ["yookassa"]
    settings.TERMS_URL, settings.PRIVACY_URL = "https://cinema.example/terms", "https://cinema.example/privacy"
    settings.SECRET_KEY = "long enough, and of many different characters, 0123456789"
    settings.SITE_URL = "https://cinema.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Aurora <tickets@cinema.example>"


def open_the_house() -> None:
    factories.a_hall()
    Film.objects.create(title="Mirror", duration_minutes=107)
    create_standard_ticket_types()
    someone("cashier")
    JobRun.objects.create(
        job="deliver_notifications",
        started_at=NOON,
        finished_at=NOON,
        at=NOON,
        outcome=RunOutcome.SUCCEEDED,
        host="here",
        database="this",
    )


def steps(person: User) -> list[Step]:
    return list(browser(person).get(INDEX).context_data["before_you_open"])


def technician() -> User:
    return User.objects.create_superuser("technician@example.org")


def test_a_fresh_installation_lists_all_that_is_missing() -> None:
    missing = steps(technician())

    assert [step.text for step in missing if not step.done] == [
        "Cinema",
        "Hall with seats",
        "Film",
        "Ticket types",
        "Staff",
        "Automatic jobs",
        "Payment provider",
        "Legal texts",
        "SECRET_KEY is too short: links and sign-ins could be forged.",
        "The address of the site is not set: links in e-mails lead nowhere.",
        "The mail server is not set: customers get no tickets by e-mail.",
        "The sender of e-mails is not set: mail servers refuse them.",
    ]


def test_each_line_is_a_link_that_opens_and_says_how() -> None:
    person = technician()
    client = browser(person)

    page = client.get(INDEX)
    for step in page.context_data["before_you_open"]:
        assert step.hint
        assert f'href="{step.link}"' in page.text
        address, _hash, anchor = step.link.partition("#")
        opened = client.get(address)
        assert opened.status_code == 200
        assert not anchor or f'id="{anchor}"' in opened.text


def test_it_goes_when_all_is_done(settings: Any) -> None:
    set_everything(settings)
    open_the_house()
    person = technician()

    page = browser(person).get(INDEX)

    assert page.context_data["before_you_open"] == []
    assert "Before you open" not in page.text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("PAYMENT_GATEWAYS", [], "Payment provider"),
        ("TERMS_URL", "", "Legal texts"),
        ("PRIVACY_URL", "", "Legal texts"),
        ("PAYMENT_GATEWAYS", ["demo"], "Customers can pay with the demonstration bank: they get tickets for nothing."),
        (
            "DEFAULT_FROM_EMAIL",
            "Cinema <cinema@localhost>",
            "The sender of e-mails is not set: mail servers refuse them.",
        ),
    ],
)
def test_one_thing_that_is_missing_brings_the_list_back(settings: Any, name: str, value: Any, text: str) -> None:
    set_everything(settings)
    open_the_house()
    setattr(settings, name, value)

    assert [step.text for step in steps(technician()) if not step.done] == [text]


@pytest.mark.parametrize("role", ["cashier", "cinema_manager", "accountant"])
def test_only_owners_and_technicians_see_it(role: str) -> None:
    assert steps(someone(role, all_cinemas=True)) == []
    assert steps(someone("owner", factories.a_cinema(), email="one@example.org")) == []
    assert steps(someone("owner", all_cinemas=True))


def test_on_a_developers_machine_it_says_nothing_about_the_server(settings: Any) -> None:
    settings.DEBUG = True
    open_the_house()

    assert steps(technician()) == []


def test_it_costs_two_queries(settings: Any) -> None:
    request = RequestFactory().get(INDEX)
    request.user = someone("owner", all_cinemas=True)
    request.user.get_all_permissions()

    for _number in range(3):
        factories.a_session(factories.a_hall())
        with CaptureQueriesContext(connection) as captured:
            shown_until_done(steps_before_opening(request, Together(request)))
        assert len(captured) == 2  # the second one is that of the chain’s name, which each page reads anyway
