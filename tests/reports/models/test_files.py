"""Which files with addresses are void."""

from datetime import timedelta

import pytest

from accounts.services.consents import record_consent
from reports.models import ReportFile
from tests.helpers.factories import NOON, a_paid_order
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NUMBER = "+79161234567"


@pytest.fixture
def file() -> ReportFile:
    """A file with addresses, made at noon."""
    return ReportFile.objects.create(
        report="segment",
        first=NOON.date(),
        last=NOON.date(),
        format="csv",
        language="en",
        person=someone("owner", all_cinemas=True),
        status=ReportFile.Status.READY,
        asked_at=NOON,
        expires_at=NOON + timedelta(days=7),
    )


def is_void(file: ReportFile) -> bool:
    return ReportFile.objects.outdated(NOON + 2 * HOUR).filter(pk=file.pk).exists()


def says_no(*, at=NOON + HOUR, is_proved: bool, **given) -> None:
    record_consent(NUMBER, channel="SMS", is_given=False, place="CHECKOUT", is_proved=is_proved, at=at, **given)


def test_whoever_is_proved_to_own_the_address_makes_a_file_void(file):
    says_no(is_proved=True)

    assert is_void(file)


def test_who_only_typed_an_address_makes_no_file_void(file):
    says_no(is_proved=False)
    says_no(is_proved=False, order=a_paid_order(phone=NUMBER).pk)

    assert not is_void(file)


def test_a_withdrawal_before_a_file_was_asked_for_is_in_it_already(file):
    says_no(is_proved=True, at=NOON - HOUR)

    assert not is_void(file)


def test_a_file_without_addresses_is_never_void(file):
    ReportFile.objects.update(expires_at=None)
    says_no(is_proved=True)

    assert not is_void(file)
