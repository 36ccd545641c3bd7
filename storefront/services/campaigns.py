"""Visits by the links of campaigns, such as `/?c=autumn`: each is counted once, and remembered until an order.

The cookie holds the code of the link, which is the same for everybody who came by it, and ends after a day. A browser
that asks not to be followed (Global Privacy Control) gets none; its visit is counted, its order is not.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.services import rate_limits
from cinema.http import client_address
from orders.models import Order
from reports.models.campaigns import KEY
from reports.services import campaigns
from storefront import request_identity

logger = logging.getLogger(__name__)

NAMES = ("c", "utm_campaign")  # of the parameter
COOKIE = "campaign"
KEPT = timedelta(days=1)
MACHINES = re.compile(r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|monitor|curl|wget|python-", re.I)


def link_code(request: HttpRequest) -> str:
    """The code in the address of this page; empty without one. Reads only."""
    given = next((request.GET[name] for name in NAMES if name in request.GET), "").lower()
    return given if re.fullmatch(KEY, given) else ""


def note_visit(request: HttpRequest, response: HttpResponseBase, *, at: datetime) -> None:
    """Count the visit that begins with this page, and have the browser remember its campaign.

    Not counted: what is no page but a picture or data, a page that this browser opens again, a machine that says so, a
    code that no campaign has, and more visits than the limit from one address. Owns its transaction.
    """
    key = link_code(request)
    if not key or request.COOKIES.get(COOKIE) == key or _is_machine(request):
        return
    if not response.get("Content-Type", "").startswith("text/html"):  # others may be kept by proxies
        return
    with _without_losing_the_page():
        campaign = campaigns.campaign_of_link(key)
        if campaign is None or not rate_limits.allowed("campaign", address=client_address(request), at=at):
            return
        campaigns.count_visit(campaign, at=at)
    if request.headers.get("Sec-GPC") != "1":
        response.set_cookie(
            COOKIE,
            key,
            max_age=KEPT,
            httponly=True,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )


def _is_machine(request: HttpRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return purpose.startswith("prefetch") or MACHINES.search(agent) is not None


def credit(request: HttpRequest, order: Order) -> None:
    """Note which campaign brought a new order. What colleagues buy for others was brought by none. Owns its
    transaction.
    """
    key = "" if request_identity.is_colleague(request) else request.COOKIES.get(COOKIE, "")
    with _without_losing_the_page():
        campaigns.credit_order(order, key=key if re.fullmatch(KEY, key) else "")


@contextmanager
def _without_losing_the_page() -> Iterator[None]:
    """A visit that could not be counted costs nobody the page, nor the order that was just placed."""
    try:
        yield
    except DatabaseError:
        logger.warning("A visit by the link of a campaign was not counted", exc_info=True)
