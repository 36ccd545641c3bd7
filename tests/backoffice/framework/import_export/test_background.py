"""Large files are imported by a job, with a preview, a progress and a file of the refused rows."""

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from backoffice.framework.import_export import background, files, importer, limits
from backoffice.framework.import_export.importer import Importer
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.models import KEPT, FileImport, FileImportPart, FileImportRow
from cinema import clock
from screenings.models import Film, Genre, Session
from screenings.services import plan, schedule_planned
from tests.bench.measuring import counted
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.import_pages import upload
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

FILMS = "/admin/screenings/film/import/"
HEADERS = "Title,Running time (minutes)\n"


@pytest.fixture(autouse=True)
def three_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 2)


@pytest.fixture
def person() -> User:
    return someone("owner", all_cinemas=True)


@pytest.fixture
def client(person: User) -> Client:
    return browser(person)


def run(*options: str) -> None:
    call_command("import_files", *options)


def films(*rows: str) -> str:
    return HEADERS + "".join(f"{row}\n" for row in rows)


def sent(client: Client, content: str | bytes, *, path: str = FILMS) -> FileImport:
    answer = upload(client, content, path=path)
    made = FileImport.objects.latest("pk")
    assert answer.url == f"{path}{made.pk}/"
    return made


def checked(client: Client, content: str | bytes, *, path: str = FILMS) -> FileImport:
    made = sent(client, content, path=path)
    run()
    made.refresh_from_db()
    return made


def confirmed(client: Client, file_import: FileImport, **fields: str) -> FileImport:
    client.post(f"{FILMS}{file_import.pk}/", fields)
    run()
    file_import.refresh_from_db()
    return file_import


def outcomes(file_import: FileImport) -> list[tuple[int, str, str]]:
    rows = file_import.rows.order_by("number")
    return [(row.number, row.outcome, " ".join(row.errors)) for row in rows]


def titles() -> list[str]:
    return list(Film.objects.order_by("title").values_list("title", flat=True))


# --- From the upload to the rows that are stored


def test_a_file_of_many_rows_is_read_by_the_job_and_its_content_deleted(client: Client) -> None:
    made = sent(client, films("Mirror,107", "Solaris,167", "Stalker,161"))
    waiting = client.get(f"{FILMS}{made.pk}/")

    run()

    made.refresh_from_db()
    assert (waiting["Refresh"], "Waiting" in waiting.content.decode()) == ("3", True)
    assert (made.status, made.row_count, FileImportPart.objects.count()) == ("CHECKED", 3, 0)
    assert outcomes(made) == [(2, "new", ""), (3, "new", ""), (4, "new", "")]
    assert Film.objects.count() == 0  # it is a preview


def test_confirmed_rows_are_stored_with_history_and_log_and_deleted_from_the_preview(
    client: Client, person: User
) -> None:
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161"))

    confirmed(client, made)

    page = client.get(f"{FILMS}{made.pk}/")
    assert (made.status, made.added_count, made.changed_count, made.rows.count()) == ("STORED", 3, 0, 0)
    assert titles() == ["Mirror", "Solaris", "Stalker"]
    assert "Added: 3. Changed: 0. Unchanged: 0. With errors: 0." in page.text
    assert "Refresh" not in page
    assert {record.history_user for record in Film.history.all()} == {person}
    history = client.get(reverse("admin:screenings_film_history", args=[Film.objects.first().pk]))
    assert "Imported from “rows.csv”." in history.content.decode()


def test_with_refused_rows_the_valid_ones_are_stored_and_the_others_come_back_as_a_file(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,never", '"Stalker, 1979",161', "=1+1,0"))
    page = client.get(f"{FILMS}{made.pk}/").content.decode()

    confirmed(client, made, valid_rows="1")
    answer = client.get(f"{FILMS}{made.pk}/refused/")

    assert "Import all rows, or none" not in page
    assert (made.status, made.added_count, titles()) == ("STORED", 2, ["Mirror", "Stalker, 1979"])
    assert "Added: 2. Changed: 0. Unchanged: 0. With errors: 2." in client.get(f"{FILMS}{made.pk}/").text
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["Title", "Running time (minutes)", "What is wrong"],
        ["Solaris", "never", "Running time (minutes): “never” is not a number. Write it like 150."],
        ["'=1+1", "0", "Running time (minutes): Ensure this value is greater than or equal to 1."],
    ]
    assert "no-store" in answer["Cache-Control"]


def test_the_file_of_refused_rows_is_imported_again_once_it_is_corrected(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,never", "Stalker,161"))
    refused = client.get(f"{FILMS}{made.pk}/refused/").content.decode()

    answer = upload(client, refused.replace("never", "167"), path=FILMS)

    assert [(each.kind, each.name) for each in answer.context_data["outcomes"]] == [("new", "Solaris")]


def test_all_or_none_is_refused_while_rows_have_errors(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,never", "Stalker,161"))

    confirmed(client, made)

    assert (made.status, titles()) == ("CHECKED", [])


@pytest.mark.parametrize(
    ("ticks", "expected", "result"),
    [
        ({}, {"Mirror": 107, "New": 90, "Solaris": 167}, "Added: 1. Changed: 0. Unchanged: 2. With errors: 0."),
        (
            {"change": "2", "shown": ["2", "3"]},
            {"Mirror": 1, "New": 90, "Solaris": 167},
            "Added: 1. Changed: 1. Unchanged: 1. With errors: 0.",
        ),
        (
            {"every_change": "on"},
            {"Mirror": 1, "New": 90, "Solaris": 2},
            "Added: 1. Changed: 2. Unchanged: 0. With errors: 0.",
        ),
    ],
)
def test_changes_of_existing_films_are_stored_where_they_are_ticked(
    client: Client, ticks: dict[str, Any], expected: dict[str, int], result: str
) -> None:
    for title, minutes in (("Mirror", 107), ("Solaris", 167)):
        Film.objects.create(title=title, duration_minutes=minutes)
    made = checked(client, films("Mirror,1", "Solaris,2", "New,90"))

    if "shown" in ticks:
        client.post(f"{FILMS}{made.pk}/", {"tick": "1", **ticks})
    confirmed(client, made, **({"every_change": "on"} if "every_change" in ticks else {}))

    assert dict(Film.objects.values_list("title", "duration_minutes")) == expected
    assert result in client.get(f"{FILMS}{made.pk}/").text


def test_the_same_file_sent_twice_is_said_to_change_nothing(client: Client) -> None:
    first, second = (checked(client, films("Mirror,107", "Solaris,167", "Stalker,161")) for _ in range(2))

    confirmed(client, first, valid_rows="1")
    confirmed(client, second, valid_rows="1")

    assert "Added: 3. Changed: 0. Unchanged: 0. With errors: 0." in client.get(f"{FILMS}{first.pk}/").text
    assert "Added: 0. Changed: 0. Unchanged: 3. With errors: 0." in client.get(f"{FILMS}{second.pk}/").text
    assert Film.objects.count() == 3


def test_rows_that_were_unchanged_in_the_preview_are_counted_as_such(client: Client) -> None:
    Film.objects.create(title="Solaris", duration_minutes=167)
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,never"))

    confirmed(client, made, valid_rows="1")

    assert "Added: 1. Changed: 0. Unchanged: 1. With errors: 1." in client.get(f"{FILMS}{made.pk}/").text


def test_without_a_tick_nothing_is_stored_and_the_page_says_so(client: Client) -> None:
    for title in ("Mirror", "Solaris", "Stalker"):
        Film.objects.create(title=title, duration_minutes=100)
    made = checked(client, films("Mirror,1", "Solaris,2", "Stalker,3"))

    answer = client.post(f"{FILMS}{made.pk}/", follow=True)

    assert "Nothing was imported. Tick the changes that you want." in answer.content.decode()
    made.refresh_from_db()
    assert made.status == "CHECKED"


def test_rows_of_one_file_are_compared_across_batches(client: Client) -> None:
    made = sent(client, films("Mirror,107", "Solaris,167", "mirror,108", "Solaris,1"))

    run("--batch-size", "1")

    assert outcomes(made) == [
        (2, "new", ""),
        (3, "new", ""),
        (4, "refused", "Row 2 is already about the same record. Keep one of the two."),
        (5, "refused", "Row 3 is already about the same record. Keep one of the two."),
    ]


def test_a_job_that_goes_on_after_a_kill_still_knows_the_rows_before(client: Client) -> None:
    made = sent(client, films("Mirror,107", "Solaris,167", "mirror,108", "Solaris,1"))
    background.read_file(made, at=clock.now())
    first = list(FileImportRow.objects.to_check(clock.now()).order_by("number")[:2])
    Importer().check(first, at=clock.now())

    run()  # another process, which has seen none of them

    assert [outcome for _number, outcome, _errors in outcomes(made)] == ["new", "new", "refused", "refused"]


def test_sessions_that_meet_across_batches_are_refused(person: User, client: Client) -> None:
    hall = factories.a_hall()
    Film.objects.create(title="Solaris", duration_minutes=167)
    place = f"{hall.cinema.name},{hall.name},2030-01-05"
    rows = "".join(f"{place},{time},Solaris,350\n" for time in ("12:00", "19:00", "13:00", "17:30"))
    path = "/admin/screenings/session/import/"

    made = sent(client, f"Cinema,Hall,Day,Time,Film,Ticket price\n{rows}", path=path)
    run("--batch-size", "1")
    client.post(f"{path}{made.pk}/", {"valid_rows": "1"})
    run("--batch-size", "1")

    assert outcomes(made) == [
        (4, "refused", "Row 2 is in this hall at that time. Change one of the two."),
        (5, "refused", "Row 3 is in this hall at that time. Change one of the two."),
    ]
    assert sorted(f"{hall.cinema.local(each.start_datetime):%H:%M}" for each in Session.objects.all()) == [
        "12:00",
        "19:00",
    ]


# --- What has changed since the preview


def test_all_or_none_makes_a_new_preview_when_the_data_has_changed(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161"))
    Film.objects.create(title="Stalker", duration_minutes=161)

    confirmed(client, made)
    run()

    made.refresh_from_db()
    assert (made.status, titles()) == ("CHECKED", ["Stalker"])
    assert "The data has changed since the preview" in client.get(f"{FILMS}{made.pk}/").content.decode()
    assert [outcome for _number, outcome, _errors in outcomes(made)] == ["new", "new", "same"]


def test_the_job_writes_why_nothing_was_stored_in_the_language_of_who_sent_the_file(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161"))
    Film.objects.create(title="Stalker", duration_minutes=161)
    FileImport.objects.update(language="ru")

    confirmed(client, made)

    assert made.problem.startswith("После предпросмотра данные изменились")


def test_of_valid_rows_only_those_are_stored_that_still_do_what_was_shown(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161"))
    Film.objects.create(title="Stalker", duration_minutes=100)

    confirmed(client, made, valid_rows="1")

    assert titles() == ["Mirror", "Solaris", "Stalker"]
    assert outcomes(made) == [(4, "refused", "The data has changed since the preview. Upload this row again.")]


@pytest.mark.parametrize("fields", [{}, {"valid_rows": "1"}])
def test_a_row_that_the_database_refuses_is_named(
    client: Client, fields: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161"))
    create = importer.Resource.store_together

    def broken(self: Any, found: Any) -> None:
        if any(each.row.title == "Solaris" for each in found):
            raise IntegrityError("some constraint")
        create(self, found)

    monkeypatch.setattr(importer.Resource, "store_together", broken)
    confirmed(client, made, **fields)

    assert [row for row in outcomes(made) if row[1] == "refused"] == [
        (3, "refused", "This row can’t be saved as it is. Check its values.")
    ]
    assert titles() == (["Mirror", "Stalker"] if fields else [])


def test_who_has_lost_the_right_stores_nothing(client: Client, person: User) -> None:
    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161"))
    client.post(f"{FILMS}{made.pk}/")
    person.groups.clear()

    run()

    made.refresh_from_db()
    assert (made.status, titles(), FileImportRow.objects.count()) == ("FAILED", [], 0)
    assert made.problem == "You may no longer import into this list. Ask whoever gives out roles."


def test_only_who_works_for_all_cinemas_imports_what_holds_for_all() -> None:
    one, every = someone("owner", factories.a_cinema(), email="one@example.org"), someone("owner", all_cinemas=True)
    given = {"model": "screenings.tickettype"}

    with pytest.raises(background.NotAllowed):
        background.resource_for(FileImport(person=one, **given), at=NOON)
    assert background.resource_for(FileImport(person=every, **given), at=NOON)


# --- Files that cannot be read


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("Colour\nred\nblue\ngreen\n", "Unknown column: “Colour”."),
        ("Title\nMirror\nSolaris\nStalker,161\n", "Row 4 has a value in a column without a heading."),
    ],
)
def test_an_unreadable_file_fails_with_the_reason(
    client: Client, content: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 10)

    made = checked(client, content)

    assert (made.status, made.rows.count(), FileImportPart.objects.count()) == ("FAILED", 0, 0)
    assert made.problem.startswith(problem)
    assert problem in client.get(f"{FILMS}{made.pk}/").content.decode()


def test_a_file_beyond_the_limit_is_refused_by_the_job(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGE_ROWS", 3)

    made = checked(client, films("Mirror,107", "Solaris,167", "Stalker,161", "Ran,160"))

    assert (made.status, made.problem) == ("FAILED", "The file has more than 3 rows. Split it.")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_importing_an_export_changes_nothing(client: Client, kind: str) -> None:
    genres = [Genre.objects.create(name=name) for name in ("Drama", "War, peace")]
    for number, title in enumerate(["Mirror", "=1+1", "Чайка", 'Say "yes"; no']):
        Film.objects.create(title=title, duration_minutes=90 + number).genres.set(genres[: number % 3])
    out = client.get("/admin/screenings/film/export/", {"as": kind}).content

    made = checked(client, out)

    assert [outcome for _number, outcome, _errors in outcomes(made)] == ["same"] * 4


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_week_of_twelve_halls_comes_back_unchanged(
    client: Client, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the limits are the real ones
    cinema, film = factories.a_cinema(), Film.objects.create(title="Solaris", duration_minutes=100)
    halls = [factories.a_hall(cinema, rows=["s"]) for _number in range(12)]
    begin = datetime(2030, 1, 7, 9, tzinfo=cinema.zone)
    starts = [begin + timedelta(days=day, hours=2.5 * slot) for day in range(7) for slot in range(6)]
    given = {"film": film, "ticket_price": Decimal("450.50"), "at": NOON}
    schedule_planned([plan(hall=hall, start=start, **given) for hall in halls for start in starts])
    out = client.get("/admin/screenings/session/export/", {"as": kind}).content

    made = checked(client, out, path="/admin/screenings/session/import/")

    assert background.counts(made) == {"same": 12 * 7 * 6, "ticked": 0, "stored": 0}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_thousand_films_come_back_unchanged_in_another_language(
    client: Client, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    titles = ["Solaris, {}", "=Mirror {}", "Чайка\u00a0{}", 'Say "yes"; {}', "'Quoted' {}", "Ёлки-{}", "{}", "TRUE {}"]
    Film.objects.bulk_create(
        Film(title=titles[number % 8].format(number), year=1900 + number % 100, duration_minutes=90, external_id="")
        for number in range(1_000)
    )
    out = client.get("/admin/screenings/film/export/", {"as": kind}, headers={"accept-language": "ru"}).content

    made = checked(client, out)

    assert background.counts(made) == {"same": 1_000, "ticked": 0, "stored": 0}


# --- Who sees it, and for how long


def test_only_who_uploaded_a_file_sees_its_pages(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,never", "Stalker,161"))
    colleague = browser(someone("owner", email="colleague@example.org", all_cinemas=True))
    cashier = browser(someone("cashier", email="cashier@example.org", all_cinemas=True))
    addresses = [f"{FILMS}{made.pk}/", f"{FILMS}{made.pk}/refused/"]

    assert [colleague.get(address).status_code for address in addresses] == [404, 404]
    assert [colleague.post(address).status_code for address in addresses] == [404, 404]
    assert [cashier.get(address).status_code for address in addresses] == [403, 403]
    made.refresh_from_db()
    assert made.status == "CHECKED"


def test_a_file_belongs_to_its_list(client: Client) -> None:
    made = sent(client, films("Mirror,107", "Solaris,167", "Stalker,161"))

    assert client.get(f"/admin/screenings/session/import/{made.pk}/").status_code == 404


def test_the_page_of_imports_lists_ones_own_and_deletes_them_on_request(client: Client) -> None:
    made = sent(client, films("Mirror,107", "Solaris,167", "Stalker,161"))

    listed = f'href="{FILMS}{made.pk}/"' in client.get(FILMS).content.decode()
    client.post(f"{FILMS}{made.pk}/", {"discard": "1"})

    assert listed
    assert (FileImport.objects.count(), FileImportPart.objects.count()) == (0, 0)


def test_a_file_is_forgotten_after_a_week(client: Client) -> None:
    made = checked(client, films("Mirror,107", "Solaris,never", "Stalker,161"))
    FileImport.objects.update(uploaded_at=clock.now() - KEPT)

    run()

    assert client.get(f"{FILMS}{made.pk}/").status_code == 404
    assert FileImportRow.objects.count() == 0


# --- Cost


def test_a_batch_takes_a_constant_number_of_queries(client: Client) -> None:
    Genre.objects.create(name="Drama")

    def queries(rows: int, *, title: str) -> tuple[int, int]:
        lines = "".join(f"{title} {number},100,Drama\n" for number in range(rows))
        made = sent(client, f"Title,Running time (minutes),Genres\n{lines}")
        with counted() as checking:
            run()
        client.post(f"{FILMS}{made.pk}/", {"valid_rows": "1"})
        with counted() as storing:
            run()
        return len(checking), len(storing)

    queries(3, title="Mirror")  # content types are read once

    assert queries(3, title="Solaris") == queries(30, title="Stalker")  # as many films as SQLite inserts at once


def test_every_list_with_an_import_has_its_resource() -> None:
    from django.contrib import admin

    import cinema.urls  # noqa: F401 - it loads the pages

    pages = {page.opts.label_lower for page in admin.site._registry.values() if isinstance(page, ImportExportMixin)}

    assert pages == background.RESOURCES.keys()
