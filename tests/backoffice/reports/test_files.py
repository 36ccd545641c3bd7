import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from cinema import clock
from reports.models import ReportFile
from reports.services import build
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db(transaction=True)

Status = ReportFile.Status
FILES, ASK = reverse("admin:reports_files"), reverse("admin:reports_files_ask")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"reports": storage}
    return tmp_path


@pytest.fixture
def own() -> Cinema:
    """A cinema that sold two tickets an hour ago."""
    cinema = a_cinema()
    at = clock.now() - timedelta(hours=1)
    a_paid_order(a_session(a_hall(cinema), start=at + timedelta(minutes=5)), seats=2, at=at)
    return cinema


@pytest.fixture
def manager(own: Cinema) -> User:
    return someone("cinema_manager", own)


def ask_for(person: User, **chosen: str) -> Any:
    return browser(person).post(ASK, {"report": "payments", "format": "csv", **chosen})


def made(person: User, **chosen: str) -> ReportFile:
    answer = ask_for(person, **chosen)
    assert (answer.status_code, answer.url) == (302, FILES)
    file: ReportFile = ReportFile.objects.latest("pk")
    build(file, at=clock.now() + timedelta(seconds=1))
    file.refresh_from_db()
    return file


def download(person: User, file: ReportFile) -> Any:
    return browser(person).get(reverse("admin:reports_files_download", args=[file.pk]))


def test_a_manager_asks_for_a_file_and_downloads_it(manager: User, own: Cinema) -> None:
    file = made(manager)
    answer = download(manager, file)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert str(own) in answer.getvalue().decode("utf-8-sig")


def test_takings_in_a_file_are_those_of_the_film_and_what_they_are_compared_with(own: Cinema) -> None:
    at, other = clock.now() - timedelta(hours=1), a_cinema()
    session = a_session(a_hall(other), start=at + timedelta(minutes=5), minutes=95)
    a_paid_order(session, seats=1, at=at)
    film, another = own.halls.get().sessions.get().film, session.film
    today = own.business_date(clock.now())
    day = {"report": "takings", "first": today.isoformat(), "last": today.isoformat()}
    owner = someone("owner", email="owner@example.org", all_cinemas=True)

    def rows(**chosen: object) -> list[str]:
        file = made(owner, **day, **{name: str(value) for name, value in chosen.items()})
        return download(owner, file).getvalue().decode("utf-8-sig").splitlines()

    [head, both, *_] = rows(cinema=own.pk, compare=f"cinema:{other.pk}")
    assert f",{other},Change" in head
    assert both.startswith(f"{today},2,700.00,350.00,100.0,")
    [_, of_film, *_] = rows(film=film.pk, compare=f"film:{another.pk}")
    assert of_film.startswith(f"{today},2,700.00,350.00,100.0,")
    [_, *lines] = rows(compare="dates", other_first=today - timedelta(days=1), other_last=today - timedelta(days=1))
    assert lines[0].startswith(f"{today},3,1050.00,0.00,")
    [_, *lines] = rows(by="screening")
    assert [film in line for film, line in zip(map(str, (film, another)), lines, strict=False)] == [True, True]
    assert ask_for(owner, **day, compare="dates").context["form"].errors.keys() == {"other_first"}
    stranger = someone("cinema_manager", own, email="stranger@example.org")
    answer = ask_for(stranger, **day, cinema=str(own.pk), compare=f"cinema:{other.pk}")
    assert answer.context["form"].errors.keys() == {"compare"}


def test_while_a_file_is_made_its_page_shows_how_far_it_is_and_loads_itself_again(manager: User) -> None:
    ask_for(manager)
    ReportFile.objects.update(status=Status.BUILDING, rows_done=2_000, rows_expected=9_000)

    answer = browser(manager).get(FILES)

    assert answer.headers["Refresh"] == "3"
    assert "2,000 of 9,000 rows" in answer.text
    assert '<progress id="file-' in answer.text
    assert 'max="9000" value="2000"' in answer.text


def test_a_finished_page_stays_as_it_is_and_names_the_file(manager: User, own: Cinema) -> None:
    made(manager)

    answer = browser(manager).get(FILES)

    assert "Refresh" not in answer.headers
    assert f"Payments, {own}" in re.sub(r"\s+", " ", answer.text)


def test_a_failed_file_says_why_and_can_be_asked_for_again(manager: User) -> None:
    ask_for(manager)
    ReportFile.objects.update(status=Status.FAILED, problem="Too <long>.")
    file = ReportFile.objects.get()

    assert "Too &lt;long&gt;." in browser(manager).get(FILES).text
    browser(manager).post(reverse("admin:reports_files_again", args=[file.pk]))

    file.refresh_from_db()
    assert file.status == Status.QUEUED


def test_a_failed_file_can_be_deleted(manager: User) -> None:
    ask_for(manager)
    ReportFile.objects.update(status=Status.FAILED, problem="Too long.")
    file = ReportFile.objects.get()
    delete = reverse("admin:reports_files_delete", args=[file.pk])

    assert delete in browser(manager).get(FILES).text
    assert browser(someone("owner", email="other@example.org", all_cinemas=True)).post(delete).status_code == 404
    assert browser(manager).get(delete).status_code == 405
    assert browser(manager).post(delete).url == FILES
    assert not ReportFile.objects.exists()


@pytest.mark.parametrize("role", ["cinema_manager", "owner"])
def test_files_of_others_are_not_there(manager: User, own: Cinema, role: str) -> None:
    file = made(manager)
    other = someone(role, own, email="other@example.org", all_cinemas=True)

    again = browser(other).post(reverse("admin:reports_files_again", args=[file.pk]))

    assert (download(other, file).status_code, again.status_code) == (404, 404)
    assert browser(other).get(FILES).context_data["rows"] == []


@pytest.mark.parametrize("lost", ["cinema", "role"])
def test_a_file_is_gone_once_its_rows_may_not_be_seen_any_more(manager: User, lost: str) -> None:
    file = made(manager)
    with closing(download(manager, file)) as answer:
        assert answer.status_code == 200

    if lost == "cinema":
        manager.cinemas.set([a_cinema()])
        assert reverse("admin:reports_files_download", args=[file.pk]) not in browser(manager).get(FILES).text
    else:
        manager.groups.clear()

    assert download(manager, file).status_code == (404 if lost == "cinema" else 403)


def test_a_file_whose_content_was_lost_is_not_an_error(manager: User, folder: Path) -> None:
    file = made(manager)
    (folder / file.name).unlink()

    assert download(manager, file).status_code == 404


def test_a_cinema_of_others_cannot_be_asked_for(manager: User) -> None:
    answer = ask_for(manager, cinema=str(a_cinema().pk))

    assert answer.context_data["form"].errors.keys() == {"cinema"}
    assert not ReportFile.objects.exists()


@pytest.mark.parametrize("entered", [{"report": "nothing"}, {"format": "exe"}, {"by": "nothing"}, {"first": "9999-99"}])
def test_what_is_not_offered_is_refused_in_words(manager: User, entered: dict[str, str]) -> None:
    answer = ask_for(manager, **entered)

    assert list(answer.context_data["form"].errors) == [*entered]
    assert 'role="alert"' in answer.text
    assert not ReportFile.objects.exists()


@pytest.mark.parametrize("address", [FILES, ASK])
@pytest.mark.parametrize("role", ["cashier", "bar", "usher", "floor_manager"])
def test_who_may_not_see_figures_gets_no_files(own: Cinema, role: str, address: str) -> None:
    assert browser(someone(role, own)).get(address).status_code == 403


def test_a_page_of_figures_leads_to_its_file(manager: User, own: Cinema) -> None:
    page = browser(manager).get(reverse("admin:reports_takings"), {"by": "film"})
    form = browser(manager).get(page.context_data["as_file"]).context_data["form"]

    assert (form["report"].value(), form["by"].value()) == ("takings", "film")
    assert form["first"].value() == page.context_data["period"].first.isoformat()


def test_the_page_takes_few_queries_however_many_files(
    manager: User, own: Cinema, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        made(manager)
    client = browser(manager)

    with django_assert_max_num_queries(15):
        client.get(FILES)


def test_someone_without_a_cinema_is_told_whom_to_ask() -> None:
    assert "assigned to a cinema" in browser(someone("cinema_manager")).get(ASK).text
