"""Page of contracts with distributors, where other terms are tried before they are applied."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import User
from accounts.scope import cinemas_of
from backoffice.framework.actions import ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.screenings.forms import NativeInput, PreviewedForm
from film_hire.models import Contract
from film_hire.services import apply_terms, try_terms
from reports.tables import Column, Kind, Table


def term_field(field: Any, **_given: Any) -> Any:
    """The form field of a term, with the widget that the page of the contract has for it."""
    if field.choices:
        return field.formfield(widget=UnfoldAdminSelectWidget())
    if isinstance(field, models.BooleanField):
        return field.formfield(widget=UnfoldBooleanSwitchWidget())
    if isinstance(field, models.CharField):
        return field.formfield(widget=UnfoldAdminTextInputWidget())
    return field.formfield(widget=UnfoldAdminDecimalFieldWidget())


class TryTermsForm(PreviewedForm):
    """Shows each week under the applied terms and under the proposed ones, and applies these when it is sent again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= forms.fields_for_model(Contract, fields=Contract.TERMS, formfield_callback=term_field)
        for name in Contract.TERMS:
            self.initial.setdefault(name, getattr(self.row, name))

    @property
    def button(self) -> str:
        is_previewed = self.is_bound and not self.errors and self.data.get("previewed")
        return gettext("Apply these terms") if is_previewed else ""

    def clean(self) -> dict[str, Any]:
        """The terms have to fit each other, as on the page of the contract."""
        data = super().clean()
        trial = copy(self.row)
        for name in Contract.TERMS:
            setattr(trial, name, data.get(name, getattr(self.row, name)))
        try:
            trial.clean()
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                self.add_error(name if name in self.fields else None, texts)
        return data

    def summary(self) -> Iterable[SummaryItem]:
        changes = self.service_arguments if self.is_bound and self.is_valid() else {}
        yield gettext("Applied and proposed"), trials_table(self.row, changes, at=self.at).render()


def trials_table(contract: Contract, changes: dict[str, Any], *, at: datetime) -> Table:
    rows = [
        {
            "cinema": each.cinema.name,
            "week": each.week,
            "base": each.base,
            "hire": each.hire,
            "proposed": each.proposed_hire,
            "difference": each.proposed_hire - each.hire,
        }
        for each in try_terms(contract, changes, at=at)
    ]
    return Table(
        title="",
        columns=[
            Column("cinema", _("Cinema")),
            Column("week", _("Week"), Kind.INTEGER),
            Column("base", _("Base"), Kind.MONEY, is_summed=True),
            Column("hire", _("Applied"), Kind.MONEY, is_summed=True),
            Column("proposed", _("Proposed"), Kind.MONEY, is_summed=True),
            Column("difference", _("Difference"), Kind.MONEY, is_summed=True),
        ],
        rows=rows,
    )


@admin.register(Contract)
class ContractAdmin(ActionsMixin, NoDeleteAdmin):
    """People of single cinemas see contracts of all cinemas, but change only those of their own."""

    cinema_path = "cinema"
    list_display = ["film", "distributor", "cinema", "format", "starts_on", "ends_on", "method", "percents"]
    list_filter = ["distributor", "method", "cinema"]
    list_select_related = ["film", "distributor", "cinema"]
    search_fields = ["film__title", "number", "distributor__name"]
    autocomplete_fields = ["film", "distributor"]
    actions_detail = ["try_terms"]
    formfield_overrides: Any = {
        **NoDeleteAdmin.formfield_overrides,
        models.DateField: {"widget": NativeInput("date", "%Y-%m-%d")},
        models.TimeField: {"widget": NativeInput("time", "%H:%M")},
    }
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("distributor", "number"),
                    ("film", "format"),
                    "cinema",
                    ("starts_on", "ends_on"),
                    "starts_at",
                    "method",
                    ("percents", "amount"),
                ]
            },
        ),
        (
            _("Minimums and house cost"),
            {"fields": [("minimum_head", "minimum_week"), ("guarantee", "advance"), ("house_cost", "house_percent")]},
        ),
        (
            _("What counts"),
            {
                "fields": [
                    "without_vat",
                    ("levy_percent", "share_percent"),
                    "points_count",
                    "discounts_reduce",
                    "goodwill_reduces",
                    "comps_count",
                    ("lowest_price", "surcharge"),
                ]
            },
        ),
    ]

    def filter_cinemas(self, rows: QuerySet[Contract], request: HttpRequest) -> QuerySet[Contract]:
        own = cinemas_of(request)
        return rows if own is None else rows.filter(Q(cinema__in=own) | Q(cinema__isnull=True))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Whoever works for some cinemas chooses one of them."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "cinema" in form.base_fields and cinemas_of(request) is not None:
            form.base_fields["cinema"].required = True
        return form

    @confirmed_action(
        permission="film_hire.apply_contract",
        title=_("Try other terms"),
        text=_("You’ll see each week under both terms before you apply them. Statements follow when they are counted."),
        form=TryTermsForm,
        icon="balance",
    )
    def try_terms(self, contract: Contract, *, at: datetime, actor: User, previewed: str, **changes: Any) -> str:
        apply_terms(contract, changes)
        return gettext("%(contract)s: the terms have been applied.") % {"contract": contract}
