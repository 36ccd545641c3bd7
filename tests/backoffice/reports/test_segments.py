import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import MarketingConsent
from accounts.services.consents import record_consent
from cinema import clock
from customers.services import Customer, erase_customer
from reports.models import ReportFile, Segment
from tests.helpers.factories import a_cinema, a_hall
from tests.helpers.users import PASSWORD, browser, someone
from tests.helpers.visits import a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"reports": storage}


@pytest.fixture
def segment():
    """Two guests of a cinema, one of whom agreed to e-mails with news and offers."""
    hall, now = a_hall(a_cinema()), clock.now()
    for number, name in enumerate(("agreed", "silent"), start=2):
        a_visit(f"{name}@example.org", to=hall, days_ago=number, now=now)
    call_command("refresh_engagement")
    record_consent("agreed@example.org", channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=now)
    return Segment.objects.create(name="All", cinema=hall.cinema)


def page(segment, name="change"):
    return reverse(f"admin:reports_segment_{name}", args=[segment.pk])


def download(client):
    call_command("build_reports")
    return client.get(reverse("admin:reports_files_download", args=[ReportFile.objects.get().pk]))


def action(segment):
    return reverse("admin:reports_segment_export_addresses", args=[segment.pk])


def test_a_segment_says_how_many_there_are_and_how_many_agreed(segment):
    client = browser(someone("cinema_manager", segment.cinema))

    text = client.get(page(segment), headers={"Accept-Language": "en"}).content.decode()

    assert "E-mail: 1" in text
    assert re.search(r"Customers.*?\b2\b", text, re.DOTALL)


def test_who_works_for_some_cinemas_has_segments_of_these_alone(segment):
    whole = Segment.objects.create(name="Chain")
    client = browser(someone("cinema_manager", segment.cinema))

    assert client.get(page(whole)).status_code == 404
    assert client.get(page(Segment.objects.create(name="Elsewhere", cinema=a_cinema()))).status_code == 404
    refused = client.post(reverse("admin:reports_segment_add"), {"name": "Mine"})
    assert list(refused.context["adminform"].form.errors) == ["cinema"]
    assert client.post(action(segment), {"channel": "EMAIL", "format": "csv"}).status_code == 403
    assert not ReportFile.objects.exists()


def test_a_file_has_the_addresses_of_those_who_agreed(segment):
    client = browser(someone("owner", all_cinemas=True))

    client.post(action(segment), {"channel": "EMAIL", "format": "csv"})
    answer = download(client)

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert [line for line in lines if "@" in line] == [lines[1]]
    assert lines[1].startswith("agreed@example.org")
    assert lines[1].endswith(MarketingConsent.objects.get().link)


def test_the_addresses_wait_for_the_password_again(segment):
    """The page that asks sends the choice again, with the password."""
    client = browser(someone("owner", all_cinemas=True), password_at=clock.now() - timedelta(hours=1))
    choice = {"channel": "EMAIL", "format": "csv"}

    asked = client.post(action(segment), choice)
    wrong = client.post(action(segment), {**choice, "password_again": "guess"})

    for answer in (asked, wrong):
        assert "backoffice/framework/password_again.html" in {template.name for template in answer.templates}
    assert not ReportFile.objects.exists()
    client.post(action(segment), {**choice, "password_again": PASSWORD})
    assert ReportFile.objects.get().report == "segment"


@pytest.mark.parametrize("happens", ["withdrawn", "erased", "old", "role lost"])
def test_a_file_with_addresses_is_refused_and_deleted_once_it_may_be_wrong(segment, happens):
    owner = someone("owner", all_cinemas=True)
    client = browser(owner)
    client.post(action(segment), {"channel": "EMAIL", "format": "csv"})
    answer = download(client)
    assert b"agreed@example.org" in b"".join(answer.streaming_content)
    [file] = ReportFile.objects.all()

    if happens == "withdrawn":
        record_consent(
            "agreed@example.org", channel="EMAIL", is_given=False, place="MESSAGE", is_proved=True, at=clock.now()
        )
    elif happens == "erased":
        erase_customer(Customer.known_by("silent@example.org"), at=clock.now())
    elif happens == "old":
        ReportFile.objects.update(expires_at=clock.now() - timedelta(days=1))
    else:
        owner.groups.clear()

    assert client.get(reverse("admin:reports_files_download", args=[file.pk])).status_code in (403, 404)
    call_command("build_reports")
    assert ReportFile.objects.exists() is (happens == "role lost")


def test_the_list_of_reports_does_not_offer_addresses(segment):
    form = browser(someone("owner", all_cinemas=True)).get(reverse("admin:reports_files_ask")).context["form"]

    assert "segment" not in dict(form.fields["report"].choices)
