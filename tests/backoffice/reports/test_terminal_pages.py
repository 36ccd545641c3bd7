import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from payments.models import Gateway, Payment
from reports.models import PayoutFile, PayoutLayout, PayoutLine
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

UPLOAD = "admin:reports_payoutfile_upload"
CONTENT = "Registry\nDate;Sum;Code\n{day};350,00;000123\n{day};99,00;\n"
CHOSEN = {"name": "Big Bank", "time": "Date", "amount": "Sum", "reference": "Code"}


@pytest.fixture
def client():
    return browser(someone("accountant", all_cinemas=True))


@pytest.fixture
def payment() -> Payment:
    """A card payment at the box office."""
    order = a_paid_order(a_session(a_hall(a_cinema())), gateway=Gateway.CARD_TERMINAL, at=NOON)
    found: Payment = order.payments.get()
    return found


def upload(client, source: str = "terminal:new", content: str = CONTENT, **entered: str):
    file = SimpleUploadedFile("terminal.csv", content.format(day=f"{NOON:%d.%m.%Y}").encode())
    return client.post(
        reverse(UPLOAD), {"source": source, "file": file, "paid_on": "2026-11-26", **entered}, follow=True
    )


def test_the_columns_are_chosen_once_and_saved_for_the_next_file(client, payment):
    page = upload(client)
    form = page.context_data["form"]
    assert [value for value, _label in form.fields["amount"].choices] == ["", "Date", "Sum", "Code"]

    answer = client.post(page.redirect_chain[-1][0], CHOSEN, follow=True)

    outcomes = {line.amount: line.outcome for line in answer.context_data["cl"].result_list}
    assert outcomes == {350: PayoutLine.Outcome.AGREES, 99: PayoutLine.Outcome.MISSING_HERE}
    assert PayoutLine.objects.get(amount=350).payment == payment
    layout = PayoutLayout.objects.get()
    assert (layout.name, layout.content) == ("Big Bank", None)
    again = upload(client, f"terminal:{layout.pk}", CONTENT + "{day};5,00;000124\n")
    outcomes = {line.amount: line.outcome for line in again.context_data["cl"].result_list}
    assert outcomes == {5: PayoutLine.Outcome.MISSING_HERE, 99: PayoutLine.Outcome.IN_OTHER_FILE}
    assert PayoutFile.objects.get(name="terminal.csv", lines_known=1).lines_read == 2
    assert "Big Bank" in client.get(reverse(UPLOAD)).content.decode()


def test_open_lines_of_terminals_are_on_the_first_page(client):
    page = upload(client)
    client.post(page.redirect_chain[-1][0], CHOSEN)

    assert "payout file" in client.get(reverse("admin:index")).content.decode()


def test_a_file_that_the_columns_do_not_fit_is_refused_and_can_be_tried_again(client):
    page = upload(client)
    address = page.redirect_chain[-1][0]

    answer = client.post(address, {**CHOSEN, "time": "Code"})

    assert 'role="alert"' in answer.content.decode()
    assert not PayoutFile.objects.exists()
    assert PayoutLayout.objects.get().name == ""
    assert client.post(address, CHOSEN).status_code == 302
    assert PayoutFile.objects.count() == 1


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"name": ""}, "name"),
        ({"fee": "Sum"}, "__all__"),
        ({"reference": "", "kind": "Code"}, "refund_words"),
        ({"amount": "Nothing"}, "amount"),
    ],
)
def test_a_wrong_choice_of_columns_is_refused_in_words(client, entered, field):
    page = upload(client)

    answer = client.post(page.redirect_chain[-1][0], {**CHOSEN, **entered})

    assert answer.context_data["form"].errors.keys() == {field}
    assert PayoutLayout.objects.get().name == ""


def test_a_file_left_without_columns_is_not_kept_beside_the_next_one(client):
    upload(client)
    upload(client)

    assert PayoutLayout.objects.count() == 1


@pytest.mark.parametrize("content", ["nothing", ""])
def test_a_file_that_is_no_table_is_refused_in_words(client, content):
    answer = upload(client, content=content)

    assert answer.status_code == 200
    assert not PayoutLayout.objects.exists()


def test_a_file_may_be_about_one_cinema(client, payment):
    other = a_cinema()
    page = upload(client, place=f"cinema:{other.pk}")

    client.post(page.redirect_chain[-1][0], CHOSEN)

    assert set(PayoutLine.objects.values_list("cinema", "payment")) == {(other.pk, None)}


def test_who_may_not_upload_chooses_no_columns(client):
    address = upload(client).redirect_chain[-1][0]

    for person in (someone("cinema_manager", all_cinemas=True), someone("owner", a_cinema())):
        assert browser(person).post(address, CHOSEN).status_code == 403
    assert client.get(reverse("admin:reports_payoutfile_columns", args=[10**6])).status_code == 404
    assert not PayoutFile.objects.exists()
