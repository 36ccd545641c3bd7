import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_in(rf):
    """A function that returns the user with this name and password, or None."""

    def log_in(name, password):
        return authenticate(rf.post("/admin/login/"), username=name, password=password)

    return log_in


def test_the_e_mail_address_is_the_login_whatever_its_case(log_in):
    user = User.objects.create_user(" Anna@Example.org ", "correct horse")

    found = [log_in(name, "correct horse") for name in ("anna@example.org", "ANNA@EXAMPLE.ORG")]

    assert user.email == "anna@example.org"
    assert found == [user, user]


def test_a_wrong_password_does_not_log_in(log_in):
    User.objects.create_user("anna@example.org", "correct horse")

    assert log_in("anna@example.org", "battery staple") is None


def test_an_inactive_user_cannot_log_in(log_in):
    User.objects.create_user("anna@example.org", "correct horse", is_active=False)

    assert log_in("anna@example.org", "correct horse") is None


def test_a_user_without_a_password_cannot_log_in():
    user = User.objects.create_user("anna@example.org")

    assert user.has_usable_password() is False


@pytest.mark.parametrize("email", ["", None])
def test_a_user_needs_an_e_mail_address(email):
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user(email, "correct horse")

    assert User.objects.count() == 0


def test_the_database_forbids_addresses_that_differ_only_in_case():
    User.objects.create_user("anna@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="Anna@example.org").save()

    assert User.objects.count() == 1


def test_validation_says_that_the_address_is_taken():
    User.objects.create_user("anna@example.org")

    with pytest.raises(ValidationError) as caught:
        User(email="ANNA@example.org", password="x").full_clean()

    assert "email" in caught.value.message_dict


def test_a_customer_has_no_cinemas_and_a_superuser_has_all():
    customer = User.objects.create_user("anna@example.org")
    root = User.objects.create_superuser("root@example.org", "correct horse")

    assert (customer.is_staff, customer.is_superuser, customer.all_cinemas) == (False, False, False)
    assert (root.is_staff, root.is_superuser, root.all_cinemas) == (True, True, True)
    assert list(customer.cinemas.all()) == []


@pytest.mark.parametrize(
    ("names", "full", "short"),
    [
        ({"first_name": "Anna", "last_name": "Karenina"}, "Anna Karenina", "Anna"),
        ({"first_name": "Anna"}, "Anna", "Anna"),
        ({}, "", "anna@example.org"),
    ],
)
def test_names_are_combined_and_fall_back_to_the_address(names, full, short):
    user = User(email="anna@example.org", **names)

    assert (user.get_full_name(), user.get_short_name(), str(user)) == (full, short, full or "anna@example.org")


def test_a_person_has_a_contact_in_every_spelling_and_none_that_is_empty():
    person, nobody = User(email="anna@example.org", phone="8 916 123-45-67"), User()

    for contact in (" Anna@Example.org", "+7 (916) 123-45-67", "89161234567"):
        assert person.has_contact("", contact)
    assert not person.has_contact("", "ann@example.org", "+79161234568")
    assert not nobody.has_contact("")
