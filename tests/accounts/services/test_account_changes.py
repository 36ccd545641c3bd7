"""An approval comes from a second person, not from an account that the first person, or a third one, has access to."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.errors import ApproverNotIndependent, NotAnApprover
from accounts.models import AccountChange, Approval, User
from accounts.services import (
    approve,
    are_independent,
    deactivate,
    name_approvers,
    reactivate,
    record_account_change,
    refuse,
    request_approval,
)
from accounts.services.account_changes import MAY_LOG_IN
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

Kind = AccountChange.Kind
MONTH = timedelta(days=30)
TICK = timedelta(microseconds=1)


@pytest.fixture
def people() -> list[User]:
    return [someone("cinema_manager", email=f"{name}@example.org", all_cinemas=True) for name in "abcd"]


def change(account: User, actor: User, kind: AccountChange.Kind = Kind.PASSWORD, at: Any = NOON) -> None:
    record_account_change(account, [kind], at=at, actor=actor)


def independent(asker: User, approver: User, at: Any = NOON) -> bool:
    return are_independent(asker, approver, at=at)


def test_colleagues_who_left_each_other_alone_are_independent(people: list[User]) -> None:
    a, b, c, _d = people
    change(c, a)
    change(a, a)

    assert independent(a, b)
    assert independent(b, a)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.NAMED])
def test_an_approver_in_whose_account_the_asker_had_a_hand_is_the_same_person_for_thirty_days(
    people: list[User], kind: AccountChange.Kind
) -> None:
    a, b, *_rest = people
    change(b, a, kind)

    assert not independent(a, b)
    assert not independent(a, b, at=NOON + MONTH - TICK)
    assert independent(a, b, at=NOON + MONTH)


@pytest.mark.parametrize(("kind", "expected"), [(kind, kind not in MAY_LOG_IN) for kind in Kind if kind != Kind.NAMED])
def test_who_may_log_in_as_the_asker_does_not_approve_and_who_gave_a_role_does(
    people: list[User], kind: AccountChange.Kind, expected: bool
) -> None:
    a, b, *_rest = people
    change(a, b, kind)

    assert independent(a, b) == expected


def test_hands_reach_through_other_accounts(people: list[User]) -> None:
    a, b, c, d = people
    change(b, a, Kind.CREATED)
    change(c, b, Kind.CREATED)

    assert not independent(a, c)
    assert independent(a, d)


def test_two_accounts_in_one_hand_are_one_person(people: list[User]) -> None:
    a, b, c, d = people
    change(a, d, Kind.CREATED)
    change(b, d, Kind.PASSWORD)

    assert not independent(a, b)
    assert independent(a, c)


def test_an_account_that_the_asker_holds_gives_no_roles_in_the_askers_stead(people: list[User]) -> None:
    a, b, c, d = people
    change(b, a, Kind.PASSWORD)
    change(c, b, Kind.ACCESS)

    assert not independent(a, c)
    assert independent(a, d)


def test_two_people_who_have_their_roles_from_one_are_independent(people: list[User]) -> None:
    a, b, c, _d = people
    change(a, c, Kind.ACCESS)
    change(b, c, Kind.ACCESS)

    assert independent(a, b)


def test_circles_of_changes_end(people: list[User]) -> None:
    a, b, c, d = people
    for account, actor in ((a, b), (b, c), (c, a)):
        change(account, actor)

    assert not independent(a, b)
    assert independent(a, d)


def test_the_first_superuser_is_named_and_approves_what_people_of_a_new_chain_ask() -> None:
    founder = User.objects.create_superuser("founder@example.org")
    second = User.objects.create_superuser("second@example.org")
    hired, other = someone("cinema_manager"), someone("cinema_manager", email="other@example.org")
    for account in (hired, other):
        change(account, founder, Kind.CREATED)

    assert list(AccountChange.objects.filter(kind=Kind.NAMED).values_list("account", flat=True)) == [founder.pk]
    assert second.is_superuser
    assert independent(hired, founder)
    assert independent(hired, other)
    assert not independent(founder, hired)


def test_a_named_approver_is_exempt_from_what_was_done_before_and_not_from_what_comes_after(people: list[User]) -> None:
    a, b, *_rest = people
    change(b, a, Kind.CREATED)

    assert name_approvers([b.email.upper()], at=NOON) == [b]
    assert name_approvers([b.email], at=NOON) == []
    assert independent(a, b)

    change(b, a, Kind.PASSWORD)
    assert not independent(a, b)


def test_only_staff_who_may_approve_are_named() -> None:
    gone = someone("cinema_manager")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    customer = a_customer()
    someone("cashier")

    for address in ("nobody@x.example", gone.email, customer.email, "cashier@example.org"):
        with raises_unchanged(NotAnApprover):
            name_approvers([address], at=NOON)


def test_reactivation_is_recorded(people: list[User]) -> None:
    a, b, *_rest = people
    deactivate([b], actor=a)

    reactivate([b], at=NOON, actor=a)

    assert list(AccountChange.objects.values_list("account", "actor", "kind", "at")) == [
        (b.pk, a.pk, "REACTIVATED", NOON)
    ]


def test_a_request_is_not_approved_by_the_askers_own_account_and_can_still_be_rejected(people: list[User]) -> None:
    a, b, c, _d = people
    account = a_customer(points=10).bonus_account
    asked = request_approval(
        "bonuses.adjust", account, arguments={"amount": 9_000, "reason": "Sorry"}, facts=[], at=NOON, actor=a
    )
    change(b, a, Kind.PASSWORD)

    with raises_unchanged(ApproverNotIndependent):
        approve(asked, digest=asked.digest, at=NOON, actor=b)

    refuse(asked, reason="No", at=NOON, actor=b)
    again = request_approval(
        "bonuses.adjust", account, arguments={"amount": 9_000, "reason": "Sorry"}, facts=[], at=NOON, actor=a
    )
    approve(again, digest=again.digest, at=NOON, actor=c)
    assert Approval.objects.get(pk=again.pk).status == Approval.Status.APPROVED


def test_the_migration_names_the_superusers_of_a_chain_that_is_open() -> None:
    boss, _gone = (User.objects.create_user(f"{name}@x.example", is_superuser=True) for name in ("boss", "gone"))
    User.objects.filter(email="gone@x.example").update(is_active=False)

    import_module("accounts.migrations.0005_account_changes").name_superusers(apps, None)

    assert [(each.account, each.kind) for each in AccountChange.objects.all()] == [(boss, "NAMED")]
