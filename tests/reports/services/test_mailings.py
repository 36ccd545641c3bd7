from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from notifications.models import Notification
from notifications.services import deliver
from reports.errors import NothingFailed
from reports.models import BusinessDay, ReportFile, ReportMailing, ReportSchedule
from reports.services import build, mailings, own_files, send_failed_again
from reports.services.mailings import BACKOFF, MAX_ATTACHMENT
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db(transaction=True)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TODAY = NOON.date()
Status = ReportMailing.Status


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"reports": storage}
    return tmp_path


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def accountant(cinema: Cinema) -> User:
    return someone("accountant", cinema)


def closed(cinema: Cinema, *dates: date, at: datetime = NOON - 2 * MINUTE) -> None:
    for each in dates:
        starts_at, ends_at = cinema.day_bounds(each)
        BusinessDay.objects.create(cinema=cinema, date=each, starts_at=starts_at, ends_at=ends_at, closed_at=at)


def a_schedule(*cinemas: Cinema, to: list[User], **given: Any) -> ReportSchedule:
    values = {"report": "takings", "format": "csv", "language": "en", "since": NOON - 5 * MINUTE, **given}
    schedule = ReportSchedule.objects.create(**values)
    schedule.cinemas.set(cinemas)
    schedule.recipients.set(to)
    return schedule


def run(at: datetime = NOON) -> None:
    call_command("send_scheduled_reports", at=at.isoformat(), verbosity=0)


def build_all(at: datetime = NOON) -> None:
    for file in ReportFile.objects.to_build(at):
        build(file, at=at)


def send_all(at: datetime = NOON) -> list[Any]:
    """Everything that the jobs do, up to the e-mails that leave."""
    run(at)
    build_all(at)
    run(at + MINUTE)
    deliver(list(Notification.objects.due(at + MINUTE)), at=at + MINUTE)
    return mail.outbox


def periods() -> list[tuple[date, date]]:
    return sorted(ReportMailing.objects.values_list("first", "last"))


# --- When


def test_a_day_is_sent_once_it_is_closed_and_never_twice(cinema: Cinema, accountant: User) -> None:
    a_schedule(cinema, to=[accountant])
    run()
    assert periods() == []

    closed(cinema, TODAY - DAY)
    send_all()
    send_all(NOON + 10 * MINUTE)
    run(NOON + 40 * DAY)

    assert periods() == [(TODAY - DAY, TODAY - DAY)]
    assert [message.to for message in mail.outbox] == [[accountant.email]]
    assert ReportMailing.objects.get().recipients == 1


def test_days_that_were_closed_before_the_schedule_began_are_not_sent(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - 2 * DAY, at=NOON - DAY)
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])

    run()

    assert periods() == [(TODAY - DAY, TODAY - DAY)]


def test_days_that_were_missed_are_made_up_for(cinema: Cinema, accountant: User) -> None:
    """The jobs did not run for three days; then the days were closed one after the other."""
    a_schedule(cinema, to=[accountant], since=NOON - 4 * DAY)
    closed(cinema, TODAY - 3 * DAY, TODAY - 2 * DAY, TODAY - DAY)

    run()

    assert periods() == [(TODAY - number * DAY, TODAY - number * DAY) for number in (3, 2, 1)]


def test_takings_are_compared_as_the_schedule_says(cinema: Cinema, accountant: User) -> None:
    a_paid_order(a_session(a_hall(cinema), start=NOON - DAY), at=NOON - 2 * DAY)
    a_schedule(cinema, to=[accountant], compare="before")
    closed(cinema, TODAY - DAY)

    [message] = [each for each in send_all() if each.to == [accountant.email]]
    [(_name, content, _type)] = message.attachments

    assert "The period before" in content
    assert ReportFile.objects.get().parameters == {"compare": "before"}


def test_several_cinemas_wait_for_the_last_one_to_close(cinema: Cinema, accountant: User) -> None:
    other, not_open_yet = a_cinema(), a_cinema()
    accountant.cinemas.add(other, not_open_yet)
    a_schedule(cinema, other, not_open_yet, to=[accountant])
    closed(cinema, TODAY - DAY)
    starts_at, ends_at = other.day_bounds(TODAY - DAY)
    day = BusinessDay.objects.create(cinema=other, date=TODAY - DAY, starts_at=starts_at, ends_at=ends_at)

    run()
    assert periods() == []
    BusinessDay.objects.filter(pk=day.pk).update(closed_at=NOON)
    run(NOON + MINUTE)

    assert periods() == [(TODAY - DAY, TODAY - DAY)]
    assert ReportMailing.objects.get().cinemas == sorted([cinema.pk, other.pk, not_open_yet.pk])


def test_a_week_is_sent_at_its_end_by_the_week_of_each_cinema(cinema: Cinema, accountant: User) -> None:
    other = a_cinema()
    other.week_starts_on = 0
    other.save()
    accountant.cinemas.add(other)
    assert cinema.week_starts_on == 3  # Thursday
    a_schedule(cinema, other, to=[accountant], rhythm="WEEK", since=NOON - 12 * DAY)
    days = [TODAY - number * DAY for number in range(9, 0, -1)]
    for each in (cinema, other):
        closed(each, *days)

    run()

    found = {row.first.weekday(): (row.last - row.first, row.cinemas) for row in ReportMailing.objects.all()}
    assert found == {3: (6 * DAY, [cinema.pk]), 0: (6 * DAY, [other.pk])}


def test_a_schedule_that_is_switched_off_sends_nothing(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    schedule = a_schedule(cinema, to=[accountant])
    run()
    build_all()
    ReportSchedule.objects.update(is_active=False)

    run(NOON + MINUTE)
    assert ReportMailing.objects.get().status == Status.WAITING
    mailings.begin(schedule, at=NOON + 2 * MINUTE)  # on again: what waited then stays unsent
    schedule.is_active = True
    schedule.save()
    run(NOON + 3 * MINUTE)

    assert ReportMailing.objects.get().status == Status.WAITING
    assert not Notification.objects.exists()


# --- What


def test_the_email_has_the_figures_in_words_and_the_file(cinema: Cinema, accountant: User, settings: Any) -> None:
    a_paid_order(a_session(a_hall(cinema), start=NOON - DAY), seats=2, at=NOON - DAY - MINUTE)
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])

    [message] = [each for each in send_all() if each.to == [accountant.email]]

    file = ReportFile.objects.get()
    assert message.subject == f"Takings: {cinema}, 4 November 2026"
    assert "Admissions: " in message.body
    assert f"{settings.SITE_URL}{reverse('admin:reports_files_download', args=[file.pk])}" in message.body
    [(name, content, kind)] = message.attachments
    assert (name, kind) == ("Takings 2026-11-04 – 2026-11-04.csv", "text/csv")
    assert content.startswith("\ufeffDay,")


def test_the_language_is_that_of_the_schedule(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant], language="ru")

    [message] = send_all()

    assert message.subject.startswith("Выручка: ")
    assert "Полный отчёт приложен к письму" in message.body


def test_a_large_file_is_not_attached(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    run()
    build_all()
    ReportFile.objects.update(size=MAX_ATTACHMENT + 1)
    run(NOON + MINUTE)
    deliver(list(Notification.objects.all()), at=NOON + MINUTE)

    [message] = mail.outbox
    assert message.attachments == []
    assert "too large for an e-mail (5.0" in message.body


def test_figures_do_not_stay_in_a_message_that_was_sent(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    send_all()

    assert {"figures", "attachment"}.isdisjoint(Notification.objects.get().context)


# --- To whom


def lose(person: User, what: str) -> None:
    if what == "cinema":
        person.cinemas.clear()
    elif what == "role":
        person.groups.clear()
    elif what == "account":
        User.objects.filter(pk=person.pk).update(is_active=False)
    else:
        User.objects.filter(pk=person.pk).update(is_staff=False)


LOSSES = ["cinema", "role", "account", "staff"]


@pytest.mark.parametrize("what", LOSSES)
def test_who_lost_the_right_gets_nothing_and_the_others_do(cinema: Cinema, accountant: User, what: str) -> None:
    former = someone("cinema_manager", cinema, email="former@example.org")
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant, former])
    lose(former, what)

    send_all()

    assert [message.to for message in mail.outbox] == [[accountant.email]]


@pytest.mark.parametrize("what", LOSSES)
def test_who_loses_the_right_while_the_email_waits_gets_nothing(cinema: Cinema, accountant: User, what: str) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    run()
    build_all()
    run(NOON + MINUTE)
    lose(accountant, what)

    deliver(list(Notification.objects.all()), at=NOON + MINUTE)

    message = Notification.objects.get()
    assert (message.status, mail.outbox) == ("OUTDATED", [])
    assert "figures" not in message.context


def test_a_recipient_of_one_of_two_cinemas_gets_nothing_of_both(cinema: Cinema, accountant: User) -> None:
    other = a_cinema()
    both = someone("cinema_manager", cinema, other, email="both@example.org")
    for each in (cinema, other):
        closed(each, TODAY - DAY)
    a_schedule(cinema, other, to=[accountant, both])

    send_all()

    assert [message.to for message in mail.outbox] == [[both.email]]


def test_recipients_may_fetch_the_file_and_nobody_else(cinema: Cinema, accountant: User) -> None:
    other = someone("accountant", cinema, email="other@example.org")
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    send_all()

    file = ReportFile.objects.get()
    assert (list(own_files(accountant)), list(own_files(other))) == ([file], [])


# --- Failures


def fail_files(at: datetime = NOON) -> None:
    ReportFile.objects.update(status="FAILED", problem="Too long.", finished_at=at)


def test_a_report_that_cannot_be_made_fails_and_is_tried_again(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    run()
    fail_files()
    run(NOON + MINUTE)

    mailing = ReportMailing.objects.get()
    assert (mailing.status, mailing.problem) == (Status.FAILED, "Too long.")
    run(NOON + BACKOFF[0])
    assert ReportMailing.objects.get().status == Status.FAILED
    send_all(NOON + MINUTE + BACKOFF[0])

    mailing.refresh_from_db()
    assert (mailing.status, mailing.problem, len(mail.outbox)) == (Status.SENT, "", 1)


def test_after_the_last_attempt_a_person_decides(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    at = NOON
    run(at)
    for wait in [*BACKOFF, None]:
        fail_files(at)
        run(at + MINUTE)
        if wait:
            at += wait + MINUTE
            run(at)
    mailing = ReportMailing.objects.get()
    assert (mailing.status, mailing.next_attempt_at) == (Status.FAILED, None)

    assert send_failed_again(mailing.schedule, at=at + DAY) == 1
    send_all(at + DAY)

    mailing.refresh_from_db()
    assert (mailing.status, mailing.attempts, len(mail.outbox)) == (Status.SENT, 0, 1)
    with pytest.raises(NothingFailed):
        send_failed_again(mailing.schedule, at=at + DAY)


def test_without_anybody_who_may_see_it_a_report_fails_and_says_why(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    accountant.groups.clear()

    send_all()

    mailing = ReportMailing.objects.get()
    assert (mailing.status, mail.outbox) == (Status.FAILED, [])
    assert mailing.problem.startswith("None of the recipients")


def test_a_file_that_was_deleted_is_made_again(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant])
    run()
    ReportFile.objects.all().delete()
    run(NOON + MINUTE)
    assert ReportMailing.objects.get().status == Status.FAILED

    send_all(NOON + 2 * MINUTE + BACKOFF[0])

    assert (ReportMailing.objects.get().status, len(mail.outbox)) == (Status.SENT, 1)


def test_a_report_that_was_dropped_is_mailed_to_nobody(cinema: Cinema, accountant: User) -> None:
    closed(cinema, TODAY - DAY)
    a_schedule(cinema, to=[accountant], report="dropped")

    send_all()

    assert (ReportMailing.objects.get().status, mail.outbox) == (Status.FAILED, [])


def test_every_transition_that_is_not_listed_is_refused() -> None:
    assert ReportMailing.TRANSITIONS.keys() == {*Status}
    assert ReportMailing.TRANSITIONS[Status.SENT] == set()
