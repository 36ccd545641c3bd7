"""The second factor: an app's code and each recovery code work once, and a colleague can reset it, never oneself."""

from datetime import timedelta

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import InsufficientAccess, OwnSecondFactor, RateLimited, SecondFactorMissing, SecondFactorWrong
from accounts.models import AccountChange, RecoveryCode, User
from accounts.services import anonymise, second_factor
from house_rules.models import HouseRules
from house_rules.rules import settings_as_row
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.pages.authenticator import SECRET, app_time, code, enrolled, wrong_code
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def cashier() -> User:
    return someone("cashier", all_cinemas=True)


def accepts(person: User, text: str, *, minutes: int = 0) -> bool:
    try:
        second_factor.verify(person, code=text, address="10.0.0.1", at=NOON + timedelta(minutes=minutes))
    except SecondFactorWrong:
        return False
    return True


def test_an_app_is_enrolled_once_it_has_shown_the_right_code(cashier: User) -> None:
    with pytest.raises(SecondFactorWrong):
        second_factor.enrol(cashier, secret=SECRET, code=wrong_code(), at=app_time())
    assert not second_factor.is_enrolled(cashier)

    codes = second_factor.enrol(cashier, secret=SECRET, code=code(), at=app_time())

    assert second_factor.is_enrolled(cashier)
    assert len(set(codes)) == second_factor.recovery_codes_left(cashier) == 10


def test_an_enrolment_that_is_repeated_at_once_returns_the_same_recovery_codes(cashier: User) -> None:
    at, shown = app_time(), code()
    codes = second_factor.enrol(cashier, secret=SECRET, code=shown, at=at)
    stored = set(RecoveryCode.objects.values_list("pk", "digest"))

    def again(text: str = shown, minutes: int = 0) -> list[str] | None:
        return second_factor.codes_of_enrolment(cashier, secret=SECRET, code=text, at=at + timedelta(minutes=minutes))

    assert second_factor.enrol(cashier, secret=SECRET, code=shown, at=at) == again(minutes=1) == codes
    assert set(RecoveryCode.objects.values_list("pk", "digest")) == stored
    assert accepts(cashier, codes[3].upper())
    assert not accepts(cashier, shown)

    assert again() is None  # one of them was used
    second_factor.renew_recovery_codes(cashier)
    assert [again(), again(wrong_code()), again(minutes=3)] == [None, None, None]


def test_recovery_codes_differ_for_each_secret_and_person(cashier: User) -> None:
    codes = [
        second_factor.enrol(person, secret=secret, code=code(secret), at=app_time())
        for person in (cashier, someone("usher"))
        for secret in (SECRET, SECRET[::-1])
    ]

    assert len({each for some in codes for each in some}) == 40


def test_a_code_of_the_app_is_accepted_once(cashier: User) -> None:
    enrolled(cashier)
    shown = code()

    assert [accepts(cashier, shown), accepts(cashier, shown)] == [True, False]


def test_a_wrong_code_is_refused_and_makes_the_next_wait(cashier: User) -> None:
    enrolled(cashier)

    assert [accepts(cashier, wrong_code()), accepts(cashier, code())] == [False, False]
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    assert accepts(cashier, code())


def test_codes_are_limited_for_each_person(cashier: User) -> None:
    enrolled(cashier)
    for _each in range(10):
        assert not accepts(cashier, "no-such-code")

    with pytest.raises(RateLimited):
        accepts(cashier, "no-such-code")


def test_a_recovery_code_works_once_however_it_is_typed_and_is_stored_as_a_hash(cashier: User) -> None:
    first, second, *_others = enrolled(cashier)

    assert [accepts(cashier, f" {first.upper()} "), accepts(cashier, first)] == [True, False]
    assert accepts(cashier, second.replace("-", ""))
    assert second_factor.recovery_codes_left(cashier) == 8
    assert first not in str(list(RecoveryCode.objects.values()))


def test_the_recovery_code_of_another_person_is_refused(cashier: User) -> None:
    enrolled(cashier)
    [others, *_rest] = enrolled(someone("bar"))

    assert not accepts(cashier, others)


def test_new_recovery_codes_replace_the_former(cashier: User) -> None:
    [former, *_rest] = enrolled(cashier)

    [new, *_others] = second_factor.renew_recovery_codes(cashier)

    assert [accepts(cashier, former), accepts(cashier, new)] == [False, True]


def test_without_an_app_there_are_no_recovery_codes(cashier: User) -> None:
    with pytest.raises(SecondFactorMissing):
        second_factor.renew_recovery_codes(cashier)

    assert RecoveryCode.objects.count() == 0


def test_a_colleague_resets_it_and_that_is_recorded(cashier: User) -> None:
    enrolled(cashier)
    owner = someone("owner", all_cinemas=True)

    second_factor.reset_for(cashier, at=NOON, actor=owner)

    assert not second_factor.is_enrolled(cashier)
    assert second_factor.recovery_codes_left(cashier) == 0
    assert AccountChange.objects.values_list("account", "actor", "kind").get() == (
        cashier.pk,
        owner.pk,
        "SECOND_FACTOR",
    )


def test_nobody_resets_their_own_or_that_of_somebody_with_more_access() -> None:
    cinema = a_cinema()
    owner, manager = someone("owner", all_cinemas=True), someone("cinema_manager", cinema)
    enrolled(owner)
    enrolled(manager)

    with pytest.raises(OwnSecondFactor):
        second_factor.reset_for(owner, at=NOON, actor=owner)
    with pytest.raises(InsufficientAccess):
        second_factor.reset_for(owner, at=NOON, actor=manager)

    assert second_factor.is_enrolled(owner)
    assert AccountChange.objects.count() == 0


def test_the_house_rule_demands_it_of_who_may_move_money() -> None:
    people = [someone("cashier"), someone("owner"), someone("usher"), someone("accountant")]
    assert [second_factor.is_required(person) for person in people] == [False] * 4

    HouseRules.objects.create(**{**settings_as_row(), "second_factor_for_money": True})

    assert [second_factor.is_required(person) for person in people] == [True, True, False, False]


def test_the_erasure_of_who_worked_here_once_removes_it(cashier: User) -> None:
    enrolled(cashier)
    assert cashier.email not in str(list(TOTPDevice.objects.values()))

    anonymise(cashier)

    assert (TOTPDevice.objects.count(), RecoveryCode.objects.count()) == (0, 0)
