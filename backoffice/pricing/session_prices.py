"""What the page of a session says of its price."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.framework.actions import ActionForm
from backoffice.framework.fields import ReasonField
from backoffice.pricing.reasons import in_words
from cinema.local_time import format_local
from cinema.money import format_money
from orders.models import Ticket
from pricing.models import PriceFreeze
from pricing.services.compared import compared_with_list_price
from screenings.models import Session


class FreezeForm(ActionForm):
    reason = ReasonField()


def frozen(session: Session) -> PriceFreeze | None:
    """The freeze that keeps the session's price now. Read once a row: a page asks several times."""
    if "_freeze" not in session.__dict__:
        session.__dict__["_freeze"] = session.price_freezes.filter(ended_at=None).select_related("actor").first()
    found: PriceFreeze | None = session.__dict__["_freeze"]
    return found


def price_in_words(session: Session) -> Iterator[str]:
    quote = session.price_quote
    if quote is None:
        yield _("%(price)s, the list price") % {"price": format_money(session.price)}
    else:
        bounds = {"low": format_money(quote.lowest), "high": format_money(quote.highest)}
        since = {"price": format_money(quote.price), "time": format_local(quote.at, session.hall.cinema.zone)}
        yield _("%(price)s since %(time)s; bounds %(low)s to %(high)s") % {**since, **bounds}
        yield from in_words(quote.reasons)
    if (freeze := frozen(session)) is not None:
        by = {"person": freeze.actor or "–", "reason": freeze.reason}
        yield _("frozen by %(person)s: %(reason)s") % by


def compared_in_words(tickets: Iterable[Ticket]) -> str:
    """What the list price would have made of `tickets`, which have `price_quote`; empty without an adaptive price."""
    found = compared_with_list_price(tickets)
    if not found.tickets:
        return ""
    sign = "+" if found.difference > 0 else ""
    return ngettext(
        "%(count)d ticket at an adaptive price: %(made)s. The same ticket at the list price: %(list)s "
        "(%(difference)s). How many would have come at the list price is not known.",
        "%(count)d tickets at an adaptive price: %(made)s. The same tickets at the list price: %(list)s "
        "(%(difference)s). How many would have come at the list price is not known.",
        found.tickets,
    ) % {
        "count": found.tickets,
        "made": format_money(found.made),
        "list": format_money(found.at_list_price),
        "difference": sign + format_money(found.difference),
    }


def link_to_other_prices(session: Session, request: HttpRequest, *, at: datetime) -> str:
    """To what other prices would have made; empty before the start, and for people who may not see it."""
    if session.start_datetime > at or not session.ticket_price or not request.user.has_perm("pricing.view_pricingmode"):
        return ""
    return f"{reverse('admin:pricing_preview')}?session={session.pk}"
