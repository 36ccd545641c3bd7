"""Pages of adaptive prices: where they apply and within which bounds, and each price with its reasons."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import CinemaScopedAdmin, ReadOnlyAdmin
from backoffice.pricing.reasons import in_words
from backoffice.pricing.trial_pages import TrialPages
from cinema import clock
from pricing.models import PricingMode
from screenings.models import PriceQuote


@admin.register(PricingMode)
class PricingModeAdmin(TrialPages, CinemaScopedAdmin):
    list_before_template = "backoffice/pricing/trial_links.html"
    change_form_before_template = "backoffice/pricing/trial_links.html"
    cinema_path = "cinema"
    list_display = ["cinema", "film", "session", "mode", "lowest_percent", "highest_percent"]
    list_filter = ["cinema", "mode"]
    list_select_related = ["cinema", "film", "session__film", "session__hall__cinema"]
    autocomplete_fields = ["film", "session"]
    fields = [
        "cinema",
        ("film", "session"),
        "mode",
        ("lowest_percent", "highest_percent"),
        ("daily_percent", "step"),
    ]

    def save_model(self, request: HttpRequest, obj: PricingMode, form: Any, change: bool) -> None:
        obj.since = clock.now()
        super().save_model(request, obj, form, change)


@admin.register(PriceQuote)
class PriceQuoteAdmin(ReadOnlyAdmin):
    """Each price that was in force, and what it was computed from."""

    cinema_path = "session__hall__cinema"
    ordering = ["-pk"]
    list_display = ["session", "at", "price", "list_price"]
    list_select_related = ["session__film", "session__hall__cinema"]
    search_fields = ["session__film__title"]
    link_lookups = frozenset({"session__id__exact"})
    fields = [
        ("session", "at"),
        ("price", "list_price"),
        ("lowest", "highest"),
        "why",
        ("policy", "version"),
        "inputs_hash",
        "computed_from",
    ]
    readonly_fields = ["why", "computed_from"]

    @admin.display(description=_("reasons"))
    def why(self, quote: PriceQuote) -> str:
        return format_html_join("", "{}<br>", ((each,) for each in in_words(quote.reasons)))

    @admin.display(description=_("inputs"))
    def computed_from(self, quote: PriceQuote) -> str:
        lines = [f"{name}: {json.dumps(value)}" for name, value in quote.inputs.items()]
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', "\n".join(lines))
