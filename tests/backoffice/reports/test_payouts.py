import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.models import PayoutFile, PayoutLine
from tests.helpers.factories import a_cinema, a_payout_line
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

CONTENT = "Идентификатор платежа;Сумма платежа;Валюта платежа\np-1;350.00;RUB\n"
UPLOAD = "admin:reports_payoutfile_upload"


@pytest.fixture(autouse=True)
def roubles(settings):
    settings.CURRENCY = "RUB"


def upload(client, content: str = CONTENT, **entered: str):
    file = SimpleUploadedFile("registry.csv", content.encode())
    return client.post(reverse(UPLOAD), {"source": "yookassa_payments", "file": file, **entered}, follow=True)


def test_a_file_is_read_and_its_lines_are_shown():
    client = browser(someone("accountant", all_cinemas=True))

    answer = upload(client)

    assert [line.reference for line in answer.context_data["cl"].result_list] == ["p-1"]
    assert "1 line does not agree with our records." in answer.content.decode()
    [file] = client.get(reverse("admin:reports_payoutfile_changelist")).context_data["cl"].result_list
    assert (file.name, file.lines_read) == ("registry.csv", 1)
    assert client.get(reverse("admin:reports_payoutfile_change", args=[file.pk])).status_code == 200


@pytest.mark.parametrize("content", ["nothing", CONTENT.replace("350.00", "many"), ""])
def test_a_file_that_cannot_be_read_is_refused_in_words(content):
    answer = upload(browser(someone("accountant", all_cinemas=True)), content)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode() or answer.context_data["form"].errors
    assert not PayoutFile.objects.exists()


def test_reading_a_file_twice_says_so():
    client = browser(someone("accountant", all_cinemas=True))
    upload(client)

    answer = upload(client)

    assert "This file was read before." in answer.content.decode()
    assert PayoutLine.objects.count() == 1


@pytest.mark.parametrize("role", ["cashier", "bar", "usher", "floor_manager", "cinema_manager"])
def test_who_may_not_upload_does_not(role):
    assert upload(browser(someone(role, all_cinemas=True))).status_code == 403
    assert not PayoutFile.objects.exists()


def test_someone_who_works_for_one_cinema_uploads_no_file_of_the_chain():
    assert upload(browser(someone("accountant", a_cinema()))).status_code == 403


def test_a_manager_sees_and_clarifies_the_lines_of_their_own_cinema():
    own, other = a_cinema(), a_cinema()
    manager = someone("cinema_manager", own)
    mine, theirs = (a_payout_line(each, actor=manager) for each in (own, other))
    client = browser(manager)

    listed = client.get(reverse("admin:reports_payoutline_changelist"), {"open": "yes"}).context_data["cl"].result_list

    assert list(listed) == [mine]
    assert client.get(reverse("admin:reports_payoutline_change", args=[theirs.pk])).status_code == 404


def test_open_lines_are_on_the_first_page_of_who_may_see_money():
    own, other = a_cinema(), a_cinema()
    manager = someone("cinema_manager", own)
    a_payout_line(other, actor=manager)

    def shown(person) -> bool:
        return "payout file" in browser(person).get(reverse("admin:index")).content.decode()

    assert not shown(manager)
    a_payout_line(own, actor=manager)
    assert shown(manager)
    assert shown(someone("accountant", all_cinemas=True))
    assert not shown(someone("floor_manager", own))
