"""The page of scheduled reports: who may set one up, for which report and cinemas, and for whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from cinema import clock
from reports.models import ReportSchedule
from screenings.models import Cinema
from tests.helpers.factories import a_cinema
from tests.helpers.pages.page_forms import forms_on
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADD, LIST = reverse("admin:reports_reportschedule_add"), reverse("admin:reports_reportschedule_changelist")


@pytest.fixture
def own() -> Cinema:
    return a_cinema()


@pytest.fixture
def manager(own: Cinema) -> User:
    return someone("cinema_manager", own)


def entered(cinemas: list[Cinema], recipients: list[User], **given: Any) -> dict[str, Any]:
    return {
        "report": "takings",
        "by": "film",
        "cinemas": [each.pk for each in cinemas],
        "rhythm": "DAY",
        "format": "pdf",
        "language": "en",
        "recipients": [each.pk for each in recipients],
        "is_active": "on",
        **given,
    }


def page(schedule: ReportSchedule) -> str:
    return reverse("admin:reports_reportschedule_change", args=[schedule.pk])


def shown(client: Any, schedule: ReportSchedule, **instead: str) -> dict[str, list[str]]:
    """The form of the page with some values entered."""
    [form] = [each for each in forms_on(client.get(page(schedule)).text) if "recipients" in each.fields]
    return form.left_alone(**instead)


def test_a_manager_sets_up_a_report_for_colleagues(own: Cinema, manager: User) -> None:
    colleague = someone("accountant", own)
    before = clock.now()

    answer = browser(manager).post(ADD, entered([own], [manager, colleague]))

    assert answer.status_code == 302
    schedule = ReportSchedule.objects.get()
    assert (schedule.report, schedule.by, schedule.since >= before) == ("takings", "film", True)
    assert {*schedule.recipients.all()} == {manager, colleague}
    assert {*schedule.cinemas.all()} == {own}
    history = browser(manager).get(reverse("admin:reports_reportschedule_history", args=[schedule.pk]))
    assert str(colleague) in history.text


@pytest.mark.parametrize("lacking", ["role", "cinema", "account"])
def test_nobody_is_a_recipient_who_may_not_see_the_rows(own: Cinema, manager: User, lacking: str) -> None:
    other = a_cinema()
    owner = someone("owner", email="owner@example.org", all_cinemas=True)
    person = {
        "role": lambda: someone("usher", own, other),
        "cinema": lambda: someone("accountant", own),
        "account": lambda: someone("accountant", own, other, is_active=False),
    }[lacking]()

    answer = browser(owner).post(ADD, entered([own, other], [owner, person]))

    assert answer.status_code == 200
    assert answer.context_data["adminform"].form.errors.keys() == {"recipients"}
    assert not ReportSchedule.objects.exists()


def test_a_manager_chooses_among_own_cinemas_only(own: Cinema, manager: User) -> None:
    answer = browser(manager).post(ADD, entered([own, a_cinema()], [manager]))

    assert "cinemas" in answer.context_data["adminform"].form.errors
    assert not ReportSchedule.objects.exists()


def test_a_schedule_that_includes_another_cinema_is_not_there(own: Cinema, manager: User) -> None:
    mine, mixed = (ReportSchedule.objects.create(report="takings", language="en", since=clock.now()) for _each in "ab")
    mine.cinemas.set([own])
    mixed.cinemas.set([own, a_cinema()])

    assert [*browser(manager).get(LIST).context_data["cl"].queryset] == [mine]
    assert [browser(manager).get(page(each)).status_code for each in (mine, mixed)] == [200, 404]


def test_a_report_that_somebody_may_not_see_is_neither_offered_nor_listed(own: Cinema, manager: User) -> None:
    hidden = ReportSchedule.objects.create(report="payments", language="en", since=clock.now())
    hidden.cinemas.set([own])
    group = manager.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="view_payment"))
    person = User.objects.get(pk=manager.pk)

    answer = browser(person).post(ADD, entered([own], [person], report="payments"))

    assert "report" in answer.context_data["adminform"].form.errors
    assert browser(person).get(page(hidden)).status_code == 404


@pytest.mark.parametrize("role", ["floor_manager", "usher"])
def test_who_sees_no_reports_sees_no_schedules(own: Cinema, role: str) -> None:
    assert browser(someone(role, own)).get(LIST).status_code == 403


def test_switching_on_again_starts_anew(own: Cinema, manager: User) -> None:
    long_ago = clock.now() - timedelta(days=30)
    schedule = ReportSchedule.objects.create(report="films", language="en", since=long_ago, is_active=False)
    schedule.cinemas.set([own])
    schedule.recipients.set([manager])
    client = browser(manager)

    client.post(page(schedule), shown(client, schedule, language="ru"))
    schedule.refresh_from_db()
    assert (schedule.language, schedule.since) == ("ru", long_ago)
    client.post(page(schedule), shown(client, schedule, is_active="on"))

    schedule.refresh_from_db()
    assert (schedule.is_active, schedule.since > long_ago) == (True, True)


def test_takings_are_compared_where_their_rows_can_be(own: Cinema, manager: User) -> None:
    client = browser(manager)

    by_screening = client.post(ADD, entered([own], [manager], by="screening", compare="year"))
    client.post(ADD, entered([own], [manager], compare="year"))
    client.post(ADD, entered([own], [manager], report="films", compare="before"))

    assert by_screening.context_data["adminform"].form.errors.keys() == {"compare"}
    assert [each.parameters for each in ReportSchedule.objects.order_by("pk")] == [
        {"by": "film", "compare": "year"},
        {},
    ]
