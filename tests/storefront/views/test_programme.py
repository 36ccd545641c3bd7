import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cinema import clock
from screenings.models import Cinema, Film, Genre, Hall, Session
from screenings.services import add_picture, build_hall, cancel_session
from storefront.templatetags.shop import card
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db


def test_times_are_in_the_cinemas_zone_which_is_named_where_it_differs(client: Client) -> None:
    start = NOON + timedelta(hours=3)
    factories.a_session(factories.a_hall(factories.a_cinema()), start=start)
    far = factories.a_hall(factories.a_cinema(time_zone="Asia/Yekaterinburg"))
    factories.a_session(far, start=start)

    page = client.get("/").content.decode()

    assert re.findall(r"<b>(\d\d:\d\d)</b>", page) == ["18:00", "20:00"]
    assert page.count("UTC+5") == 1


def test_times_of_a_cinema_in_another_zone_name_the_zone(client: Client) -> None:
    """Otherwise customers in another zone would misread how long their seats are held."""
    far = factories.a_session(factories.a_hall(factories.a_cinema(time_zone="Asia/Yekaterinburg")))
    customer = factories.a_customer()
    held = factories.an_order(far, customer=customer)
    client.force_login(customer)

    assert client.get(f"/films/{far.film_id}/").content.decode().count("UTC+5") == 1
    page = client.get(f"/order/{held.token}/").content.decode()
    assert "until 17:15 (UTC+5)" in page
    assert "17:00–19:00</b> (UTC+5)" in page
    assert "until 16:00 (UTC+5) on " in page
    assert "17:00 (UTC+5)" in client.get("/account/").content.decode()


def at_night(number: int, hour: int, minute: int) -> datetime:
    """In Moscow, in November."""
    return datetime(2026, 11, number, hour, minute, tzinfo=ZoneInfo("Europe/Moscow"))


def test_a_session_after_midnight_is_listed_under_the_evening_before_and_labelled(client: Client) -> None:
    night = factories.a_session(start=at_night(7, 0, 20))

    friday, saturday = (client.get(f"/?day=2026-11-0{number}").content.decode() for number in (6, 7))

    assert f"/sessions/{night.pk}/" in friday
    assert "Night, 7 November" in friday
    assert f"/sessions/{night.pk}/" not in saturday
    assert "Friday, 6 November" in client.get(f"/films/{night.film_id}/").content.decode()


def test_every_page_of_a_session_after_midnight_says_which_night_it_is(client: Client) -> None:
    night = factories.a_session(start=at_night(7, 0, 20))
    customer = factories.a_customer()
    order = factories.an_order(night, customer=customer)
    client.force_login(customer)
    seat = factories.free_seats(night)[-1].pk

    pages = [f"/sessions/{night.pk}/", f"/sessions/{night.pk}/checkout/?seat={seat}", f"/order/{order.token}/"]

    for path in [*pages, "/account/"]:
        assert "(Friday night)" in client.get(path).content.decode(), path
        assert "(в ночь с пятницы на субботу)" in client.get(path, HTTP_ACCEPT_LANGUAGE="ru").content.decode(), path


def test_after_midnight_the_programme_begins_with_the_night_while_it_has_sessions(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = factories.a_hall()
    night = factories.a_session(hall, start=at_night(7, 0, 20))
    day = factories.a_session(hall, start=at_night(7, 15, 0))
    seen = {}
    for name, now in {"before": at_night(7, 0, 10), "after": at_night(7, 0, 30)}.items():
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        page = client.get("/").content.decode()
        heading = re.search("<h1>(.*?)</h1>", page)
        assert heading
        seen[name] = (heading[1], [f"/sessions/{each.pk}/" in page for each in (night, day)])

    assert seen == {"before": ("Tonight", [True, False]), "after": ("Today", [False, True])}


def test_what_is_on_sale_after_the_week_is_found_from_the_first_page(client: Client) -> None:
    solaris = factories.a_session(start=NOON + timedelta(days=1))
    far = factories.a_session(start=NOON + timedelta(days=22))
    premiere = factories.a_session(start=NOON + timedelta(days=21), minutes=90)

    home, later = (client.get(path).content.decode() for path in ("/", "/?day=later"))

    assert 'href="?day=later"' in home
    assert f'href="/films/{premiere.film_id}/"' in home.partition("Coming soon")[2]
    assert f'href="/films/{solaris.film_id}/"' not in home.partition("Coming soon")[2]
    assert re.findall(r'href="/films/(\d+)/"', later) == [str(solaris.film_id), str(premiere.film_id)]
    assert "From 26 November" in later
    assert "On until 27 November" in later
    for session in (solaris, far, premiere):
        assert f'href="/sessions/{session.pk}/"' in client.get(f"/films/{session.film_id}/").content.decode()


def test_what_is_coming_is_that_of_the_chosen_cinema(client: Client) -> None:
    here, elsewhere = factories.a_hall(), factories.a_hall()
    factories.a_session(elsewhere, start=NOON + timedelta(days=21), minutes=90)

    pages = [client.get(f"/?cinema={hall.cinema_id}").content.decode() for hall in (here, elsewhere)]

    assert ["Coming soon" in page for page in pages] == [False, True]
    assert ["day=later" in page for page in pages] == [False, True]


def test_a_programme_without_later_sessions_says_so(client: Client) -> None:
    factories.a_session(start=NOON + timedelta(days=1))

    assert "day=later" not in client.get("/").content.decode()
    assert "No showtimes left" not in client.get("/?day=week").content.decode()
    assert "The schedule isn’t ready yet" in client.get("/?day=later").content.decode()


def test_the_structured_data_of_a_film_looks_two_weeks_ahead_or_to_the_first_session(client: Client) -> None:
    hall = factories.a_hall()
    far = factories.a_session(hall, start=NOON + timedelta(days=21))
    factories.a_session(hall, start=NOON + timedelta(days=22))
    path = f"/films/{far.film_id}/"
    first = [event["url"] for event in markup(client.get(path).content.decode())]
    near = factories.a_session(hall, start=NOON + timedelta(days=2))

    both = [event["url"] for event in markup(client.get(path).content.decode())]

    assert [url.partition("/sessions")[2] for url in (*first, *both)] == [f"/{far.pk}/", f"/{near.pk}/"]


def test_sold_out_few_left_and_starting_soon_are_shown(client: Client) -> None:
    cinema = factories.a_cinema()
    full = factories.a_session(factories.a_hall(cinema, rows=["ss"]), start=NOON + timedelta(hours=5))
    factories.an_order(full, seats=2)
    nearly = factories.a_session(factories.a_hall(cinema, rows=["ssssss"] * 4), start=NOON + timedelta(hours=6))
    factories.an_order(nearly, seats=23)
    factories.a_session(factories.a_hall(cinema), start=NOON + timedelta(minutes=30))

    page = client.get("/").content.decode()

    assert page.count("Sold out") == 1
    assert f'<a class="time gone" href="/sessions/{full.pk}/"' in page  # there is its waiting list
    assert "1 seat left" in page
    assert page.count("Starts soon") == 1


def test_a_session_with_nothing_but_wheelchair_spaces_says_so_and_is_sold_out_for_search_engines(
    client: Client,
) -> None:
    session = factories.a_session(factories.a_hall(rows=["ss", "wc"]), start=NOON + timedelta(hours=5))
    factories.a_paid_order(session, seats=2)

    for address in ("/", f"/films/{session.film_id}/"):
        page = client.get(address).text
        assert page.count("Wheelchair spaces only") == 1
        assert "Sold out" not in page
    for address in (f"/films/{session.film_id}/", f"/sessions/{session.pk}/"):
        [event] = markup(client.get(address).text)
        assert event["offers"]["availability"] == "https://schema.org/SoldOut"


def test_cancelled_and_started_sessions_are_not_offered(client: Client) -> None:
    hall = factories.a_hall()
    begun = factories.a_session(hall, start=NOON)
    off = factories.a_session(hall, start=NOON + timedelta(hours=4))
    cancel_session(off, reason="No power", at=NOON)

    page = client.get("/").content.decode()

    assert f"/sessions/{begun.pk}/" not in page
    assert f"/sessions/{off.pk}/" not in page


def test_an_empty_day_leads_to_the_next_one(client: Client) -> None:
    factories.a_session(start=NOON + timedelta(days=3))

    assert "?day=2026-11-08" in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/?day=nonsense", "/?day=0001-01-01", "/?day=9999-12-31", "/?day=week"])
def test_an_invalid_day_shows_today(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_an_unknown_cinema_is_not_found(client: Client) -> None:
    assert client.get("/?cinema=99999999999999999999").status_code == 404
    assert client.get("/?cinema=x").status_code == 404


@pytest.mark.parametrize("path", ["/", "/?day=week", "/films/{film}/"])
def test_the_number_of_queries_does_not_depend_on_what_is_shown(client: Client, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(path.format(film=Film.objects.first().pk)).status_code == 200
        return len(seen)

    cinema = factories.a_cinema()
    factories.a_session(factories.a_hall(cinema), start=NOON + timedelta(hours=1))
    factories.a_session(factories.a_hall(cinema), start=NOON + timedelta(days=20))
    few = queries()
    for hall in (factories.a_hall(cinema), factories.a_hall()):
        for hours in (1, 4, 7):
            factories.an_order(
                factories.a_session(hall, start=NOON + timedelta(hours=hours), minutes=90 + hours), seats=2
            )

    assert queries() == few <= 14  # one of them is the test’s own


def test_each_session_of_a_film_has_structured_data(client: Client, settings: Any) -> None:
    settings.SITE_NAME = "Aurora Cinemas"
    session = factories.a_session(start=NOON + timedelta(days=1))
    session.film.genres.add(Genre.objects.create(name="Drama"))
    Cinema.objects.update(name="Aurora", city="Moscow", address="Arbat 1", postal_code="119019")
    Hall.objects.update(name="Hall 1")
    added = Session.history.get()

    event = markup(client.get(f"/films/{session.film_id}/").content.decode())[0]

    assert event["@type"] == "ScreeningEvent"
    assert event["startDate"] == "2026-11-06T15:00:00+03:00"
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert event["description"] == (
        f"“{session.film.title}” (0+, 1 h 50 min, Drama) at Aurora, Moscow. Hall 1 · 2D · RU. "
        "Tickets online, with a choice of seats."
    )
    assert event["image"] == [f"http://127.0.0.1:8000/films/{session.film_id}/card.svg"]
    assert event["organizer"] == {
        "@type": "Organization",
        "name": "Aurora Cinemas",
        "url": "http://127.0.0.1:8000/",
    }
    assert event["location"]["@type"] == "MovieTheater"
    assert event["location"]["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Arbat 1",
        "addressLocality": "Moscow",
        "postalCode": "119019",
        "addressCountry": "RU",
    }
    assert event["workPresented"]["duration"] == "PT110M"
    assert event["offers"] == {
        "@type": "Offer",
        "price": "350.00",
        "priceCurrency": "RUB",
        "availability": "https://schema.org/InStock",
        "url": f"http://127.0.0.1:8000/sessions/{session.pk}/",
        "validFrom": session.hall.cinema.local(added.history_date).isoformat(timespec="seconds"),
    }


def test_a_rescheduled_session_names_the_times_it_was_moved_from(client: Client) -> None:
    session = factories.a_session(start=NOON + timedelta(days=1))
    for hours in (1, 3):
        move(session, to=NOON + timedelta(days=1, hours=hours))

    for page in (f"/films/{session.film_id}/", f"/sessions/{session.pk}/"):
        event = markup(client.get(page).content.decode())[0]

        assert event["eventStatus"] == "https://schema.org/EventRescheduled"
        assert event["startDate"] == "2026-11-06T18:00:00+03:00"
        assert event["previousStartDate"] == ["2026-11-06T15:00:00+03:00", "2026-11-06T16:00:00+03:00"]
        assert event["offers"]["availability"] == "https://schema.org/InStock"


def test_a_cancelled_session_says_so_to_search_engines_and_offers_nothing(client: Client) -> None:
    session = factories.a_session(start=NOON + timedelta(days=1))
    move(session, to=NOON + timedelta(days=1, hours=1))
    cancel_session(session, reason="No power", at=NOON)

    event = markup(client.get(f"/sessions/{session.pk}/").content.decode())[0]

    assert event["eventStatus"] == "https://schema.org/EventCancelled"
    assert event["startDate"] == "2026-11-06T16:00:00+03:00"
    assert event["previousStartDate"] == ["2026-11-06T15:00:00+03:00"]
    assert "offers" not in event


def test_the_picture_of_a_film_shows_its_title(client: Client) -> None:
    session = factories.a_session()
    Film.objects.filter(pk=session.film_id).update(title="Tom & <Jerry> \x07")

    answer = client.get(f"/films/{session.film_id}/card.svg")

    picture = ElementTree.fromstring(answer.content)  # noqa: S314 (our own)
    texts = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert answer["Content-Type"] == "image/svg+xml"
    assert texts == ["Tom & <Jerry>", "0+"]


def test_a_film_has_no_page_before_its_first_session(client: Client) -> None:
    film = Film.objects.create(title="Not announced yet", duration_minutes=100)

    assert client.get(f"/films/{film.pk}/").status_code == 404
    assert client.get(f"/films/{factories.a_session().film_id}/").status_code == 200


def test_a_title_cannot_close_the_structured_data_element(client: Client) -> None:
    session = factories.a_session()
    Film.objects.filter(pk=session.film_id).update(title="</script><script>alert(1)</script>")

    page = client.get(f"/films/{session.film_id}/").content.decode()

    assert "<script>alert" not in page
    assert markup(page)[0]["name"] == "</script><script>alert(1)</script>"


def test_a_session_has_a_calendar_file(client: Client) -> None:
    session = factories.a_session()
    Film.objects.filter(pk=session.film_id).update(title="Tea, milk; and " + "long words " * 12)

    answer = client.get(f"/sessions/{session.pk}/session.ics")

    lines = answer.content.decode().split("\r\n")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20261106T120000Z" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    assert any(line.startswith("SUMMARY:Tea\\, milk\\; and") for line in lines)


def test_a_moved_session_replaces_its_calendar_event_and_a_cancelled_one_removes_it(client: Client) -> None:
    session = factories.a_session()

    def lines() -> set[str]:
        return set(client.get(f"/sessions/{session.pk}/session.ics").text.split("\r\n"))

    first = lines()
    move(session, to=session.start_datetime + timedelta(hours=1))
    moved = lines()
    cancel_session(session, reason="No power", at=NOON)
    cancelled = lines()

    assert {"METHOD:PUBLISH", "STATUS:CONFIRMED", "SEQUENCE:0", "DTSTART:20261106T120000Z"} < first
    assert {"METHOD:PUBLISH", "STATUS:CONFIRMED", "SEQUENCE:1", "DTSTART:20261106T130000Z"} < moved
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2", "DTSTART:20261106T130000Z"} < cancelled
    uid = f"UID:session-{session.pk}@127.0.0.1:8000"
    assert {uid, "ORGANIZER;CN=Cinema:mailto:cinema@localhost"} < first & moved & cancelled


def test_the_organizer_of_a_calendar_event_has_an_ascii_address(client: Client, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Аврора <kassa@кино.рф>"

    text = client.get(f"/sessions/{factories.a_session().pk}/session.ics").text

    assert "ORGANIZER;CN=Аврора:mailto:kassa@xn--h1adke.xn--p1ai\r\n" in text


def test_switching_the_language_stays_on_this_site(client: Client) -> None:
    answer = client.post("/language/", {"language": "ru", "next": "/?day=week"})
    assert answer["Location"] == "/?day=week"
    assert "Афиша" in client.get("/").content.decode()

    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert client.post("/language/", {"language": "en", "next": elsewhere})["Location"] == "/"


def move(session: Session, *, to: datetime) -> None:
    session.start_datetime, by = to, to - session.start_datetime
    session.end_datetime, session.free_from = session.end_datetime + by, session.free_from + by
    session.save()


def markup(page: str, *, kind: str = "ScreeningEvent") -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return [each for each in json.loads(found[1])["@graph"] if each["@type"] == kind]


@pytest.mark.parametrize(
    ("title", "words"),
    [("Solaris", []), ("Дирижабль над Невой", ["words9"]), ("Кино-приключения", ["words11"]), ("X" * 40, ["words13"])],
)
def test_the_font_size_of_a_card_fits_its_longest_word(title: str, words: list[str]) -> None:
    assert re.findall(r"words\d+", card(Film(pk=1, title=title))) == words


def test_a_day_is_shown_with_weekday_and_month(client: Client) -> None:
    factories.a_session(start=NOON + timedelta(days=1))

    assert "Friday, 6 November" in client.get(f"/?day={date(2026, 11, 6)}").content.decode()


def test_a_film_without_a_rating_is_neither_shown_nor_sold(client: Client) -> None:
    session = factories.a_session(start=NOON + timedelta(hours=5))
    pages = [
        f"/films/{session.film_id}/",
        f"/sessions/{session.pk}/",
        f"/sessions/{session.pk}/checkout/",
        f"/sessions/{session.pk}/session.ics",
    ]
    shown = [path for path in pages if client.get(path).status_code != 404]
    Film.objects.update(age_rating="")

    home, sitemap = (client.get(path).content.decode() for path in ("/", "/sitemap.xml"))

    assert [client.get(path).status_code for path in shown] == [404] * len(shown)
    assert client.post(f"/sessions/{session.pk}/checkout/").status_code == 404
    assert session.film.title not in home
    assert f"/films/{session.film_id}/" not in sitemap
    assert len(shown) > 2


def test_premieres_come_first_then_what_sells_best(client: Client) -> None:
    hall, start = factories.a_hall(), NOON + timedelta(days=1)
    quiet, sells, new = (
        factories.a_session(hall, start=start + timedelta(hours=3 * number), minutes=90 + number) for number in range(3)
    )
    factories.an_order(sells, seats=3)
    Film.objects.filter(pk=new.film_id).update(release_date=start.date())

    page = client.get(f"/?day={start.date()}").content.decode()

    shown = [int(key) for key in re.findall(r'<h3><a href="/films/(\d+)/"', page)]
    assert shown == [new.film_id, sells.film_id, quiet.film_id]


def test_an_announced_film_has_a_page_and_is_coming_until_its_release(client: Client) -> None:
    film = Film.objects.create(
        title="Stalker", duration_minutes=160, is_announced=True, description="A zone.\n\nA wish."
    )
    address = f"/films/{film.pk}/"

    assert "<p>A zone.</p>\n\n<p>A wish.</p>" in client.get(address).content.decode()
    assert address in client.get("/").content.decode()
    assert "Coming soon" in client.get("/").content.decode()

    Film.objects.update(release_date=clock.now().date() - timedelta(days=1))
    assert address not in client.get("/").content.decode()

    Film.objects.update(release_date=None, age_rating="")
    assert client.get(address).status_code == 404
    assert address not in client.get("/").content.decode()


def test_staff_choose_up_to_three_films_for_the_top_of_the_first_page(client: Client) -> None:
    hall = factories.a_hall()
    for number in range(3):
        session = factories.a_session(hall, start=NOON + timedelta(days=2, hours=3 * number), minutes=90 + number)
        Film.objects.filter(pk=session.film_id).update(featured=3 - number)
    Film.objects.create(title="Not on sale", duration_minutes=90, featured=1)

    first, tomorrow = (client.get(path).content.decode() for path in ("/", f"/?day={NOON.date() + timedelta(days=1)}"))

    assert re.findall(r"<b>(Solaris, \d+ minutes)</b>", first)[:3] == [
        f"Solaris, {each} minutes" for each in (92, 91, 90)
    ]
    assert "Not on sale" not in first
    assert 'class="premieres' not in tomorrow


def test_the_page_of_a_film_tells_what_is_known_of_it(client: Client) -> None:
    session = factories.a_session()
    known = {"director": "A. Tarkovsky", "starring": "D. Banionis", "country": "USSR", "year": 1972}
    known |= {"content_warnings": "Flashing lights", "trailer_url": "https://video.example/1"}
    Film.objects.update(
        original_title="Солярис", release_date=date(1972, 3, 20), certificate_number="111006008", **known
    )
    Session.objects.update(subtitles="en")

    page = client.get(f"/films/{session.film_id}/").content.decode()

    assert re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page) == [
        ("Original title", "Солярис"),
        ("Director", "A. Tarkovsky"),
        ("Cast", "D. Banionis"),
        ("Country", "USSR"),
        ("Year", "1972"),
        ("Premiere", "20 March 1972"),
        ("Languages", "Russian"),
        ("Subtitles", "English"),
        ("Certificate", "111006008"),
    ]
    assert "Flashing lights" in page
    assert '<a class="button quiet" href="https://video.example/1" rel="external noopener noreferrer nofollow">' in page


def listed(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'href="/sessions/(\d+)/"', page)]


def test_the_programme_is_narrowed_by_time_format_language_genre_and_for_children(client: Client) -> None:
    hall, start = factories.a_hall(), NOON + timedelta(days=1)  # 15:00 in Moscow
    early, evening = (
        factories.a_session(hall, start=start + timedelta(hours=each), minutes=90 + each) for each in (0, 4)
    )
    night = factories.a_session(hall, start=start + timedelta(hours=10), minutes=95)
    Session.objects.filter(pk=evening.pk).update(format="3D", language="en", subtitles="ru")
    Film.objects.filter(pk=early.film_id).update(age_rating="6+")
    Film.objects.filter(pk=evening.film_id).update(age_rating="16+")
    drama = Genre.objects.create(name="Drama")
    drama.films.add(evening.film)

    def found(**asked: str) -> set[int]:
        return set(listed(client.get("/", {"day": str(start.date()), **asked}).content.decode()))

    assert found() == found(after="nonsense") == {early.pk, evening.pk, night.pk}
    assert found(after="18") == {evening.pk, night.pk}
    assert found(format="3D") == found(language="en") == found(language="sub-ru") == {evening.pk}
    assert found(genre=str(drama.pk)) == {evening.pk}
    assert found(children="1") == {early.pk, night.pk}
    assert found(format="3D", children="1") == set()


def test_where_nothing_fits_a_link_leads_to_everything_and_other_days_keep_what_is_looked_for(client: Client) -> None:
    factories.a_session(start=NOON + timedelta(hours=1))

    page = client.get("/?format=3D").content.decode()

    assert "No showtimes match your filters." in page
    assert "&amp;format=3D" in page
    assert '<a href="?day=2026-11-05">Show everything</a>' in page


def test_a_week_of_a_large_chain_lists_on_which_days_each_film_is_shown(client: Client) -> None:
    for number in range(4):
        hall = factories.a_hall()
        for hours in (0, 3 + 24 * (number % 2)):
            factories.a_session(hall, start=NOON + timedelta(days=1, hours=hours))
    film = Film.objects.get()

    page = client.get("/?day=week").content.decode()
    day = client.get(f"/films/{film.pk}/?day=2026-11-07").content.decode()

    assert re.findall(rf'/films/{film.pk}/\?day=(.{{10}})"><b>.*?</b> (.*?)</a>', page) == [
        ("2026-11-06", "6 showtimes"),
        ("2026-11-07", "2 showtimes"),
    ]
    assert listed(page) == []
    assert len(listed(day)) == 2


def test_search_engines_and_messengers_are_told_of_the_film_and_its_pictures(client: Client) -> None:
    film = factories.a_session().film
    known = {"description": "An ocean thinks.", "director": "A. Tarkovsky", "starring": "N. Bondarchuk, D. Banionis"}
    Film.objects.update(country="USSR", release_date=date(1972, 3, 20), **known)
    poster = add_picture(film, content=a_picture(), kind="POSTER")
    address = f"http://127.0.0.1:8000{poster.url(300)}"

    page = client.get(f"/films/{film.pk}/").content.decode()

    [event], [movie] = markup(page), markup(page, kind="Movie")
    assert event["image"] == movie["image"] == [address]
    assert movie["director"] == [{"@type": "Person", "name": "A. Tarkovsky"}]
    assert [each["name"] for each in movie["actor"]] == ["N. Bondarchuk", "D. Banionis"]
    assert (movie["description"], movie["datePublished"]) == ("An ocean thinks.", "1972-03-20")
    assert f'<meta property="og:image" content="{address}">' in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/films/{film.pk}/">' in page


def test_the_first_page_is_light_on_a_day_with_many_films(client: Client) -> None:
    cinema = factories.a_cinema()
    for number in range(20):
        hall = build_hall(cinema=cinema, name=str(number), rows=["ss"], cleaning_minutes=0)
        for start in range(6):
            factories.a_session(hall, start=NOON + timedelta(minutes=30 + 140 * start), minutes=90 + number)
    Film.objects.update(director="Вера Седых", description="Неторопливая фантастика о том, что мы помним. " * 9)

    page = client.get("/?lang=ru").content

    assert page.count(b'class="time"') == 120
    assert len(page) < 60_000  # bytes, before it is compressed


def test_a_screening_that_a_group_hired_is_in_nobodys_calendar(client: Client) -> None:
    session = factories.a_session()
    Session.objects.filter(pk=session.pk).update(is_private=True)

    assert client.get(f"/sessions/{session.pk}/session.ics").status_code == 404


def test_a_film_that_only_a_group_sees_has_no_page_until_it_is_announced(client: Client) -> None:
    session = factories.a_session()
    Session.objects.filter(pk=session.pk).update(is_private=True)
    pages = [f"/films/{session.film_id}/", f"/films/{session.film_id}/card.svg"]

    assert [client.get(page).status_code for page in pages] == [404, 404]
    Film.objects.update(is_announced=True)
    assert [client.get(page).status_code for page in pages] == [200, 200]
