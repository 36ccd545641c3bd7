"""The page of ticket types, and their files."""

import pytest
from django.urls import reverse

from screenings.models import TicketType
from tests.helpers.pages.import_pages import confirm, previewed_rows, upload
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

IMPORT = "admin:screenings_tickettype_import"


def test_the_highest_age_rating_is_chosen_in_the_form_and_shown_in_the_list() -> None:
    client = browser(someone("owner", all_cinemas=True))
    new = {"name": "Child", "price_percent": "60", "sold_to": "ANYBODY", "is_active": "on", "highest_rating": "12+"}

    client.post(reverse("admin:screenings_tickettype_add"), new)

    child = TicketType.objects.get()
    assert child.highest_rating == "12+"
    assert child.history.get().highest_rating == "12+"
    assert "12+" in client.get(reverse("admin:screenings_tickettype_changelist")).text


def test_a_file_sets_the_highest_age_rating_and_its_export_changes_nothing() -> None:
    TicketType.objects.create(name="Child", price_percent=60)
    client = browser(someone("owner", all_cinemas=True))
    path = reverse(IMPORT)

    answer = upload(client, "Name,Up to age rating\nChild,12+\nTeen,16+\nAdult,\nBaby,3+\n", path=path)
    kinds = [(kind, bool(errors)) for _number, kind, errors in previewed_rows(answer)]
    answer = upload(client, "Name,Up to age rating\nChild,12+\nTeen,16+\nAdult,\n", path=path)
    confirm(client, answer, path=path)
    exported = client.get(reverse("admin:screenings_tickettype_export"), {"as": "csv"}).content
    again = upload(client, exported, path=path)

    assert [refused for _kind, refused in kinds] == [False, False, False, True]
    assert dict(TicketType.objects.values_list("name", "highest_rating")) == {
        "Child": "12+",
        "Teen": "16+",
        "Adult": "",
    }
    assert TicketType.objects.get(name="Teen").sold_to == "ANYBODY"
    assert again.context_data["kinds"] == {"same": 3}
