"""Pictures are proposed where the licence is said, fetched once a person has accepted, and shown with their credit."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cinema.status import ForbiddenMove
from integrations.errors import FilmHasPoster
from integrations.models import PictureProposal
from integrations.services import film_pictures
from integrations.services.film_lookup import BACKOFF, ask_catalogues
from integrations.services.film_pictures import accept_picture, decline_picture, fetch_pictures
from screenings.models import Film, FilmPicture
from screenings.services import add_picture
from tests.helpers.factories import NOON, a_session
from tests.helpers.fakes.film_catalogues import Catalogues, an_item, film_catalogues
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
FREE = {
    "LicenseShortName": "CC BY-SA 4.0",
    "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0",
    "Artist": '<a href="//commons.wikimedia.org/wiki/User:A">Anna &amp; Boris</a>',
    "AttributionRequired": "true",
}


@pytest.fixture
def there(settings: Any) -> Iterator[Catalogues]:
    settings.FILM_CATALOGUES = ["wikidata"]
    with film_catalogues(settings) as here:
        here.picture = a_picture(600, 400)
        here.licences["Still.jpg"] = here.licences["Poster.jpg"] = FREE
        yield here


@pytest.fixture
def film(there: Catalogues) -> Film:
    """A film whose still and poster Wikidata names."""
    there.items["Q1"] = an_item("Q1", "Mirror", year=1975, P18="Still.jpg", P3383="Poster.jpg")
    return Film.objects.create(title="Mirror", duration_minutes=107, year=1975)


def a_pass(at: Any = NOON) -> None:
    call_command("look_up_films", at=at.isoformat(), verbosity=0)


def asked(film: Film) -> dict[str, PictureProposal]:
    ask_catalogues(film, at=NOON)
    a_pass()
    return {each.kind: each for each in film.picture_proposals.all()}


def test_an_accepted_picture_is_stored_and_shown_with_its_author_and_licence(there: Catalogues) -> None:
    there.items["Q1"] = an_item("Q1", "Solaris, 110 minutes", year=1975, P18="Still.jpg")
    session = a_session(start=NOON + DAY)
    proposal = asked(session.film)["STILL"]
    assert not FilmPicture.objects.exists()

    accept_picture(proposal, at=NOON)
    a_pass()
    a_pass()

    picture = FilmPicture.objects.get()
    assert (picture.film, picture.kind, picture.width) == (session.film, "STILL", 600)
    assert [getattr(picture, name) for name in FilmPicture.CREDIT] == [
        "Anna & Boris",
        "CC BY-SA 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0",
        "https://commons.wikimedia.org/wiki/File:Still.jpg",
    ]
    shown = Client().get(f"/films/{session.film_id}/").text
    assert (
        '<a href="https://commons.wikimedia.org/wiki/File:Still.jpg" rel="noopener noreferrer">Anna &amp; Boris</a>'
        in (shown)
    )
    assert ">CC BY-SA 4.0</a>" in shown
    assert sum("/files/" in each for each in there.calls) == 1


@pytest.mark.parametrize(
    ("said", "proposed"),
    [
        ({}, False),
        ({"LicenseShortName": ""}, False),
        ({"LicenseShortName": "CC BY 4.0"}, False),  # without an author who has to be named
        ({"LicenseShortName": "Public domain", "AttributionRequired": "false"}, True),
        ({**FREE, "LicenseUrl": "javascript:alert(1)"}, True),
        (FREE, True),
    ],
)
def test_only_a_picture_whose_licence_is_said_is_proposed(
    there: Catalogues, film: Film, said: dict[str, str], proposed: bool
) -> None:
    there.licences = {"Still.jpg": said}

    found = asked(film)

    assert sorted(found) == (["STILL"] if proposed else [])
    assert all(not each.licence_link or each.licence_link.startswith("https://") for each in found.values())


def test_a_poster_is_never_replaced(there: Catalogues, film: Film) -> None:
    proposal = asked(film)["POSTER"]
    own = add_picture(film, content=a_picture(), kind="POSTER")

    with pytest.raises(FilmHasPoster):
        accept_picture(proposal, at=NOON)
    PictureProposal.objects.filter(pk=proposal.pk).update(status="ACCEPTED", next_attempt_at=NOON)
    with pytest.raises(CommandError):
        a_pass()

    proposal.refresh_from_db()
    assert list(film.pictures.all()) == [own]
    assert proposal.status == "FAILED"


def test_a_declined_picture_is_not_proposed_again(there: Catalogues, film: Film) -> None:
    decline_picture(asked(film)["STILL"], at=NOON)

    again = asked(film)

    assert {kind: each.status for kind, each in again.items()} == {"STILL": "DECLINED", "POSTER": "OPEN"}
    with pytest.raises(ForbiddenMove):
        accept_picture(again["STILL"], at=NOON)


def test_a_picture_is_fetched_later_if_commons_is_down_and_given_up_if_it_is_none(
    there: Catalogues, film: Film
) -> None:
    proposal = asked(film)["STILL"]
    accept_picture(proposal, at=NOON)
    there.next_answers = [503]
    a_pass()
    proposal.refresh_from_db()
    assert (proposal.status, proposal.answer) == ("ACCEPTED", "HTTP 503")

    there.picture = b"no picture"
    with pytest.raises(CommandError):
        a_pass(NOON + DAY)

    proposal.refresh_from_db()
    assert proposal.status == "FAILED"
    assert not FilmPicture.objects.exists()
    there.picture = a_picture(600, 400)
    accept_picture(proposal, at=NOON + DAY)
    a_pass(NOON + DAY)
    assert FilmPicture.objects.count() == 1


def test_no_file_of_another_site_is_fetched(there: Catalogues, film: Film) -> None:
    proposal = asked(film)["STILL"]
    PictureProposal.objects.filter(pk=proposal.pk).update(url="http://169.254.169.254/latest")
    accept_picture(proposal, at=NOON)

    with pytest.raises(CommandError):
        a_pass()

    assert PictureProposal.objects.get(pk=proposal.pk).answer == "not a file of Commons"


def test_a_sender_that_was_killed_after_storing_stores_nothing_twice(
    there: Catalogues, film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_picture(asked(film)["POSTER"], at=NOON)
    rows = list(PictureProposal.objects.due(NOON))

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(film_pictures.claims, "still_claimed", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch_pictures(rows, at=NOON, backoff=BACKOFF)
    a_pass(NOON + DAY)

    assert FilmPicture.objects.count() == 1
    assert PictureProposal.objects.get(kind="POSTER").status == "STORED"
