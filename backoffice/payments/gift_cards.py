"""Page of gift cards, with the movements and replacements of each."""

from django.contrib import admin

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.read_only import ReadOnlyInline
from payments.models import GiftCard, GiftCardMovement, GiftCardReplacement


class MovementInline(ReadOnlyInline):
    model = GiftCardMovement
    fields = ["at", "kind", "amount", "tender", "payment", "refund", "actor"]
    show_change_link = False


class ReplacementInline(ReadOnlyInline):
    model = GiftCardReplacement
    fields = ["at", "former_last4", "balance", "reason", "actor", "decided_by"]
    show_change_link = False


@admin.register(GiftCard)
class GiftCardAdmin(ReadOnlyAdmin):
    """Staff see the last four characters; nobody can see a code again."""

    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["last4", "cinema", "sold_at", "valid_until", "balance"]
    list_select_related = ["cinema"]
    search_fields = ["=last4"]
    inlines = [MovementInline, ReplacementInline]
