from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from film_hire.errors import NoAddresses, StatementOutdated
from film_hire.models import Dispatch, Statement, StatementAddress
from film_hire.services import send, send_locked
from notifications.models import Notification
from notifications.services import deliver
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.film_hire_rows import a_distributor, a_statement

MINUTE = timedelta(minutes=1)


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.mark.django_db(transaction=True)
def test_a_statement_goes_to_each_address_with_the_file_that_is_kept(cinema: Cinema) -> None:
    distributor = a_distributor(email="volga@example.org")
    StatementAddress.objects.create(distributor=distributor, email="pdf@example.org", format="pdf", language="ru")
    StatementAddress.objects.create(distributor=distributor, email="other@example.org", cinema=a_cinema())
    statement = a_statement(cinema, distributor, hire=Decimal(350))

    assert send(statement, at=NOON) == 2
    deliver(list(Notification.objects.due(NOON)), at=NOON)

    statement.refresh_from_db()
    assert statement.status == Statement.Status.SENT
    sent = {row.email: row for row in Dispatch.objects.all()}
    assert sorted(sent) == ["pdf@example.org", "volga@example.org"]
    for message in mail.outbox:
        [(name, content, _kind)] = message.attachments
        kept = sent[message.to[0]]
        assert name == kept.filename
        assert (content if isinstance(content, bytes) else content.encode("utf-8")) == bytes(kept.content)
    assert bytes(sent["pdf@example.org"].content).startswith(b"%PDF")


@pytest.mark.django_db
def test_a_statement_can_be_sent_again(cinema: Cinema) -> None:
    statement = a_statement(cinema, a_distributor(email="volga@example.org"))

    send(statement, at=NOON)
    send(statement, at=NOON + MINUTE)

    assert Notification.objects.count() == Dispatch.objects.count() == 2


@pytest.mark.django_db
def test_neither_an_old_version_nor_one_without_addresses_is_sent(cinema: Cinema) -> None:
    with pytest.raises(NoAddresses):
        send(a_statement(cinema), at=NOON)
    with pytest.raises(StatementOutdated):
        send(a_statement(cinema, a_distributor("Ural", email="u@example.org"), is_latest=False), at=NOON)

    assert not Dispatch.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("is_automatic", "sent"), [(True, 1), (False, 0)])
def test_the_job_sends_new_versions_to_addresses_that_get_them_by_themselves(
    cinema: Cinema, is_automatic: bool, sent: int
) -> None:
    distributor = a_distributor(email="volga@example.org")
    StatementAddress.objects.update(is_automatic=is_automatic)
    statement = a_statement(cinema, distributor, sends_itself=True)

    for _pass in range(2):
        call_command("settle_film_hire", at=(NOON + MINUTE).isoformat(), verbosity=0)

    assert Dispatch.objects.count() == sent
    statement.refresh_from_db()
    assert (statement.status == Statement.Status.SENT) == is_automatic


@pytest.mark.django_db
def test_more_addresses_cost_a_file_and_two_rows_each(cinema: Cinema, django_assert_max_num_queries: Any) -> None:
    statement = a_statement(cinema, a_distributor(email="volga@example.org"))
    row = Statement.objects.select_related("distributor", "cinema").get(pk=statement.pk)

    with django_assert_max_num_queries(6):
        send_locked([row], at=NOON)
