import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from payments.models import LegalEntity
from payments.models.legal_entities import is_inn
from tests.helpers import factories

COMPANY, PERSON = "7707083893", "500100732259"


@pytest.mark.parametrize("number", [COMPANY, "7736207543", PERSON, "526317984689"])
def test_an_inn_has_check_digits_and_every_wrong_digit_is_found(number: str) -> None:
    assert is_inn(number)
    for place, digit in enumerate(number):
        for other in set("0123456789") - {digit}:
            if is_inn(number[:place] + other + number[place + 1 :]):
                # The remainder 10 counts as 0, so a few single errors stay unseen.
                assert len(number) == 10 or place < 10


@pytest.mark.parametrize(
    "number", ["", "7707083894", "500100732258", "500100732269", "770708389", "٧٧٠٧٠٨٣٨٩٣", "77070838 9"]
)
def test_what_is_no_inn(number: str) -> None:
    assert not is_inn(number)


def errors_of(**fields: str) -> set[str]:
    try:
        LegalEntity(**{"name": "Aurora", **fields}).clean()
    except ValidationError as error:
        return {*error.message_dict}
    return set()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"tax_number": COMPANY, "kpp": "773601001", "tax_system": "GENERAL"}, set()),
        ({"tax_number": f" {COMPANY} ", "kpp": "7736ab001", "tax_system": "SIMPLIFIED_INCOME"}, set()),
        ({"tax_number": COMPANY, "tax_system": "GENERAL"}, set()),
        ({"tax_number": PERSON, "tax_system": "PATENT"}, set()),
        ({"tax_number": "GB 123456789"}, set()),
        ({"tax_number": "7707083894", "tax_system": "GENERAL"}, {"tax_number"}),
        ({"tax_number": COMPANY, "kpp": "77360100", "tax_system": "GENERAL"}, {"kpp"}),
        ({"tax_number": PERSON, "kpp": "773601001", "tax_system": "PATENT"}, {"kpp"}),
        ({"tax_number": COMPANY, "kpp": "773601001"}, {"kpp"}),
        ({"tax_number": "<b>"}, {"tax_number"}),
        ({"tax_number": "  "}, {"tax_number"}),
    ],
)
def test_numbers_fit_the_tax_system(fields: dict[str, str], wrong: set[str]) -> None:
    assert errors_of(**fields) == wrong


@pytest.mark.django_db
def test_one_tax_number_and_kpp_is_one_entity_and_a_branch_another() -> None:
    main = LegalEntity.objects.create(name="Aurora", tax_number=COMPANY, kpp="773601001", tax_system="GENERAL")

    with pytest.raises(IntegrityError), transaction.atomic():
        LegalEntity.objects.create(name="Twice", tax_number=COMPANY, kpp="773601001", tax_system="GENERAL")
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalEntity.objects.create(name="Foreign", tax_number="1", kpp="773601001")
    branch = LegalEntity.objects.create(name="Branch", tax_number=COMPANY, kpp="166001001", tax_system="GENERAL")

    assert list(LegalEntity.objects.all()) == [main, branch]


@pytest.mark.django_db
def test_several_cinemas_belong_to_one_entity_which_stays_while_they_do() -> None:
    entity = LegalEntity.objects.create(name="Aurora", tax_number=COMPANY, tax_system="GENERAL")
    cinemas = [factories.a_cinema() for _each in range(2)]
    for cinema in cinemas:
        cinema.legal_entity = entity
        cinema.save()

    assert set(entity.cinemas.all()) == set(cinemas)
    assert [record.legal_entity for record in cinemas[0].history.all()] == [entity, None]
    with pytest.raises(ProtectedError):
        entity.delete()
