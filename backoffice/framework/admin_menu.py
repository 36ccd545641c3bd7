"""The menu of the admin: groups of pages, of which each user sees those that they have permission to view."""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# (title, collapsible, [(model, icon)]); `index` is the first page, and `reports:NAME` a page of figures.
GROUPS: list[tuple[Any, bool, list[tuple[str, str]]]] = [
    (
        _("Today"),
        False,
        [
            ("index", "today"),
            ("concessions.lowstockitem", "inventory"),
            ("orders.overdueorder", "alarm"),
            ("accounts.approval", "verified"),
            ("jobs.jobrun", "schedule"),
        ],
    ),
    (
        _("Sales"),
        False,
        [
            ("orders.order", "receipt_long"),
            ("orders.ticket", "confirmation_number"),
            ("allocations.groupbooking", "group"),
            ("allocations.household", "chair"),
            ("allocations.comp", "confirmation_number"),
            ("concessions.concessionpreorder", "takeout_dining"),
            ("orders.promocode", "percent"),
            ("allocations.codebatch", "sell"),
        ],
    ),
    (
        _("Schedule"),
        False,
        [
            ("screenings.session", "calendar_month"),
            ("screenings.plannedsession", "checklist"),
            ("screenings.film", "movie"),
            ("integrations.filmproposal", "checklist"),
            ("integrations.pictureproposal", "checklist"),
            ("screenings.distributor", "domain"),
            ("pricing.sessionforecast", "summarize"),
            ("screenings.hall", "event_seat"),
            ("screenings.seatoutage", "build"),
            ("incidents.incident", "event_busy"),
            ("incidents.concernedorder", "person_alert"),
        ],
    ),
    (
        _("Bar"),
        False,
        [
            ("concessions.concessionitem", "fastfood"),
            ("concessions.stockmovement", "swap_vert"),
            ("concessions.reordersuggestion", "shopping_cart"),
        ],
    ),
    (
        _("Customers"),
        False,
        [
            ("bonuses.bonusaccount", "loyalty"),
            ("bonuses.bonustransaction", "swap_horiz"),
            ("bonuses.tier", "percent"),
            ("notifications.notification", "mail"),
            ("accounts.marketingconsent", "mark_email_unread"),
        ],
    ),
    (
        _("Reports"),
        False,
        [
            ("reports:takings", "summarize"),
            ("reports:money", "payments"),
            ("reports:bar", "fastfood"),
            ("reports:losses", "inventory"),
            ("reports:points", "loyalty"),
            ("reports:films", "movie"),
            ("reports:occupancy", "event_seat"),
            ("reports:files", "inventory"),
            ("reports.reportschedule", "mail"),
        ],
    ),
    (
        _("About customers"),
        True,
        [
            ("reports:customers", "group"),
            ("reports:cohorts", "calendar_month"),
            ("reports:groups", "category"),
            ("reports:favourites", "loyalty"),
            ("reports:reminders", "event_seat"),
            ("reports:winback", "sell"),
            ("reports:campaigns", "sell"),
            ("reports.campaign", "sell"),
            ("reports.segment", "group"),
        ],
    ),
    (
        _("Accounting"),
        True,
        [
            ("reports:day", "calendar_month"),
            ("reports:month", "calendar_month"),
            ("reports:balances", "balance"),
            ("reports:lists", "list_alt"),
            ("reports:actions", "rule"),
            ("reports.businessday", "calendar_month"),
            ("reports.daycheck", "rule"),
            ("film_hire.statement", "receipt_long"),
            ("film_hire.contract", "gavel"),
            ("film_hire.grossreturn", "mail"),
            ("reports.payoutline", "balance"),
            ("reports.payoutfile", "list_alt"),
            ("payments.payment", "payments"),
            ("payments.refund", "undo"),
            ("payments.dispute", "gavel"),
            ("payments.receipt", "receipt_long"),
            ("payments.giftcard", "payments"),
            ("orders.refundline", "list"),
            ("orders.orderevent", "history"),
            ("orders.scan", "qr_code_scanner"),
            ("screenings.sessionsummary", "summarize"),
            ("payments.receiptline", "list_alt"),
            ("payments.vatrate", "percent"),
            ("payments.legalentity", "domain"),
            ("reports.societyrate", "percent"),
            ("payments.gatewayevent", "webhook"),
        ],
    ),
    (
        _("Settings"),
        True,
        [
            ("house_rules.houserules", "rule"),
            ("house_rules.chainface", "category"),
            ("house_rules.chainpage", "list_alt"),
            ("screenings.cinema", "theaters"),
            ("screenings.seat", "chair"),
            ("screenings.pricelist", "sell"),
            ("screenings.pricerow", "list"),
            ("pricing.pricingmode", "percent"),
            ("screenings.pricequote", "history"),
            ("screenings.holiday", "calendar_month"),
            ("screenings.seatsurcharge", "add_card"),
            ("screenings.tickettype", "sell"),
            ("allocations.compreason", "sell"),
            ("screenings.genre", "category"),
            ("screenings.formatcode", "list_alt"),
            ("accounts.user", "group"),
            ("accounts.device", "lock_clock"),
            ("connections", "rule"),
            ("integrations.filmlookup", "list_alt"),
            ("integrations.partner", "domain"),
            ("integrations.apikey", "lock_clock"),
            ("integrations.webhookendpoint", "webhook"),
            ("integrations.webhookdelivery", "list_alt"),
            ("integrations.marketinglist", "list_alt"),
            ("jobs.quarantinedrow", "report"),
            ("jobs.joblease", "lock_clock"),
        ],
    ),
]

REPORTS = {
    "takings": _("Takings"),
    "money": _("Money"),
    "bar": _("Bar"),
    "losses": _("Losses of the bar"),
    "points": _("Points"),
    "films": _("Film rank"),
    "occupancy": _("Occupancy"),
    "files": _("Files"),
    "customers": _("Customers by month"),
    "cohorts": _("Cohorts"),
    "groups": _("Groups of customers"),
    "favourites": _("Favourites"),
    "reminders": _("No-shows and reminders"),
    "winback": _("Promo codes that bring back"),
    "campaigns": _("What campaigns brought"),
    "day": _("Day sheet"),
    "month": _("Month sheet"),
    "balances": _("Balances"),
    "lists": _("Lists"),
    "actions": _("Actions to check"),
}
LINK_OVERRIDES = {  # pages to open instead of the list
    "screenings.session": "admin:screenings_session_timetable",
    "screenings.plannedsession": "admin:screenings_plannedsession_planner",
    "pricing.sessionforecast": "admin:pricing_accuracy",
}


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's SIDEBAR navigation, without groups that would be empty for the user."""
    groups = [
        {
            "title": title,
            "collapsible": collapsible,
            "items": [_menu_item(page, icon) for page, icon in pages if _can_view(request, page)],
        }
        for title, collapsible, pages in GROUPS
    ]
    return [group for group in groups if group["items"]]


def _can_view(request: HttpRequest, page: str) -> bool:
    if page == "index":
        return True
    if page == "connections":
        return request.user.has_perm("integrations.view_webhookendpoint")
    if page.startswith("reports:"):
        return request.user.has_perm("reports.view_businessday")
    return admin.site.get_model_admin(apps.get_model(page)).has_view_permission(request)


def _address(name: str) -> str:
    return _address_below(get_script_prefix(), name)


@cache
def _address_below(_prefix: str, name: str) -> str:
    """Each page has some seventy of them, and they never change while the process runs, but for the prefix."""
    return reverse(name)


def _has_own_entry(path: str) -> bool:
    """Whether this is a page that is below the list of a model and has an entry of its own, as pages of figures."""
    own = {_address(f"admin:reports_{name}") for name in REPORTS}
    return path in own | {_address("admin:integrations_webhookendpoint_connections")}


def _menu_item(page: str, icon: str) -> dict[str, Any]:
    if page == "index":
        return {"title": _("Needs attention"), "icon": icon, "link": _address("admin:index")}
    if page == "connections":
        link = _address("admin:integrations_webhookendpoint_connections")
        return {"title": _("Connections"), "icon": icon, "link": link, "active": lambda request: link == request.path}
    if page.startswith("reports:"):
        name = page.removeprefix("reports:")
        link = _address(f"admin:reports_{name}")
        return {"title": REPORTS[name], "icon": icon, "link": link, "active": lambda request: link == request.path}
    app, model = page.split(".")
    name = apps.get_model(page)._meta.verbose_name_plural
    changelist = _address(f"admin:{app}_{model}_changelist")
    return {
        "title": capfirst(str(name)),
        "icon": icon,
        "link": _address(LINK_OVERRIDES[page]) if page in LINK_OVERRIDES else changelist,
        "active": lambda request: changelist in request.path and not _has_own_entry(request.path),
    }
