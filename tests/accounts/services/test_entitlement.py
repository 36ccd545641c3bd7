import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from accounts.scope import cinemas_of_person
from accounts.services.entitlement import staff_who_see
from tests.helpers.factories import a_cinema, a_customer
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

FIGURES, COSTS = "reports.view_businessday", "concessions.view_costs"


def test_those_are_found_of_whom_each_check_says_so() -> None:
    one, other = a_cinema(), a_cinema()
    a_customer()
    someone("cinema_manager", one)
    someone("accountant", one, other)
    someone("owner", all_cinemas=True)
    someone("usher", one, other)
    someone("accountant", one, other, email="left@example.org", is_active=False)
    someone("accountant", one, other, email="customer@example.org")
    User.objects.filter(email="customer@example.org").update(is_staff=False)
    User.objects.create_superuser("root@example.org", all_cinemas=False)
    directly = someone("", one, email="directly@example.org")
    directly.user_permissions.add(Permission.objects.get(codename="view_businessday"))

    for permissions in ([], [FIGURES], [FIGURES, COSTS]):
        for cinemas in ([], [one], [one, other]):
            keys = {cinema.pk for cinema in cinemas}
            expected = {
                person.email
                for person in User.objects.filter(is_active=True, is_staff=True)
                if person.has_perms(permissions)
                and ((own := cinemas_of_person(person)) is None or own.issuperset(keys))
            }
            found = staff_who_see(permissions, cinemas=keys)
            assert sorted(found.values_list("email", flat=True)) == sorted(expected), (permissions, cinemas)
