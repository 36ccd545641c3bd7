"""The companies and entrepreneurs that sell: several cinemas may belong to one."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.history import History

FOREIGN_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z./ -]{0,18}[0-9A-Z])?", re.ASCII | re.IGNORECASE)
KPP = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}", re.ASCII)
INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)  # of the last check digit; the others leave the first weights out


class TaxSystem(models.TextChoices):
    """The tax systems of Russian law that receipts name (54-FZ, tag 1055)."""

    GENERAL = "GENERAL", _("General (OSNO)")
    SIMPLIFIED_INCOME = "SIMPLIFIED_INCOME", _("Simplified, income (USN)")
    SIMPLIFIED_INCOME_LESS_EXPENSES = "SIMPLIFIED_NET", _("Simplified, income less expenses (USN)")
    PATENT = "PATENT", _("Patent (PSN)")
    AGRICULTURAL = "AGRICULTURAL", _("Agricultural (ESHN)")


def is_inn(number: str) -> bool:
    """Whether this is a Russian tax number (INN) with right check digits: 10 digits of a company, 12 of a person."""
    if not re.fullmatch(r"\d{10}|\d{12}", number, re.ASCII):
        return False
    digits = [int(each) for each in number]
    checked = [9] if len(digits) == 10 else [10, 11]
    return all(
        sum(map(int.__mul__, INN_WEIGHTS[11 - place :], digits[:place])) % 11 % 10 == digits[place] for place in checked
    )


class LegalEntity(models.Model):
    """A company or an entrepreneur, with what receipts and accounts name. Without a tax system it is a foreign one."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    tax_number = models.CharField(_("tax number (INN)"), max_length=20)
    kpp = models.CharField(
        _("KPP"),
        max_length=9,
        blank=True,
        help_text=_("Of Russian companies: nine characters. Entrepreneurs have none."),
    )
    address = models.CharField(
        _("registered address"), max_length=250, blank=True, help_text=_("The shop names it beneath every page.")
    )
    tax_system = models.CharField(
        _("tax system"),
        max_length=20,
        choices=TaxSystem,
        blank=True,
        help_text=_("For receipts under Russian law. Leave empty outside Russia."),
    )

    history = History("name", "tax_number", "kpp", "address", "tax_system")

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_number", "kpp"],
                name="one_legal_entity_a_tax_number",
                violation_error_message=_("There is already a legal entity with this tax number and KPP."),
            ),
            models.CheckConstraint(
                condition=models.Q(kpp="") | ~models.Q(tax_system=""), name="kpp_of_a_russian_company"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.tax_number, self.kpp = self.tax_number.strip(), self.kpp.strip().upper()
        if not self.tax_system:
            self._check_foreign()
        elif not is_inn(self.tax_number):
            raise ValidationError({"tax_number": _("This is no INN: check its 10 or 12 digits.")})
        elif self.kpp and len(self.tax_number) == 12:
            raise ValidationError({"kpp": _("An entrepreneur has no KPP. Leave it empty.")})
        elif self.kpp and not KPP.fullmatch(self.kpp):
            raise ValidationError({"kpp": _("This is no KPP: check its nine characters.")})

    def _check_foreign(self) -> None:
        if self.kpp:
            raise ValidationError(
                {"kpp": _("Only Russian companies have a KPP. Choose the tax system, or leave it empty.")}
            )
        if not FOREIGN_NUMBER.fullmatch(self.tax_number):
            raise ValidationError({"tax_number": _("Enter letters and digits, at most 20.")})
