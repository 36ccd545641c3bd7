import pytest
from django.core.management import CommandError, call_command

from pricing.services.quoting import end_quotes
from screenings.models import PriceQuote
from tests.helpers.factories import NOON, a_session
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db


@pytest.fixture
def quote():
    session = a_session()
    a_price_quote(session, "380.00")
    end_quotes([session], code="DISABLED", at=NOON)
    return PriceQuote.objects.get(at=NOON)


def test_a_quote_is_computed_again(quote, capsys):
    call_command("replay_price", quote.pk)

    assert "350.00 stored, 350.00 computed again" in capsys.readouterr().out


def test_a_quote_that_is_not_what_its_inputs_give_is_an_error(quote):
    PriceQuote.objects.filter(pk=quote.pk).update(inputs={"base_price": "1.00", "config": {"enabled": False}})

    for key in (quote.pk, quote.pk + 1):
        with pytest.raises(CommandError):
            call_command("replay_price", key)
