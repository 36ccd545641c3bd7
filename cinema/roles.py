"""Who may do what: the one table of roles. `sync_roles` makes groups of it, docs/roles.md shows it.

A role is a group named by its code; what it may do are Django's own permissions, `app.verb_model`, and one permission
an action. Which cinemas' rows a person sees is no part of the role: `User.cinemas` says so.
"""

from dataclasses import dataclass
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Permissions = frozenset[str]


def permitted(verbs: str, app: str, models: str) -> Permissions:
    """Django's permissions: each verb (view, add, change, delete) on each model of the app."""
    return frozenset(f"{app}.{verb}_{model}" for verb in verbs.split() for model in models.split())


def action(app: str, codenames: str) -> Permissions:
    """Permissions of the app's own, one an action."""
    return frozenset(f"{app}.{codename}" for codename in codenames.split())


see = partial(permitted, "view")

# --- What people see

PROGRAMME = see("screenings", "cinema film genre hall seat seatoutage seatsurcharge session tickettype")
SALES = see("orders", "order orderevent overdueorder ticket") | see("payments", "payment")
SALES |= see("concessions", "concessionpreorder")
GOODS = see("concessions", "concessionitem concessionpreorder lowstockitem reordersuggestion stockmovement")
REFUNDS = see("orders", "refundline") | see("payments", "dispute receipt receiptline refund vatrate")
POINTS = see("bonuses", "bonusaccount bonustransaction")
SUMMARIES = see("screenings", "sessionsummary")
BOOKS = SALES | GOODS | REFUNDS | POINTS | SUMMARIES | see("orders", "promocode") | see("payments", "gatewayevent")
JOBS = see("jobs", "jobrun")
MACHINERY = see("jobs", "joblease quarantinedrow") | see("notifications", "notification")

# --- What people do

SELLING = action("orders", "cancel_order extend_order remind_order take_payment_order")
SELLING |= action("payments", "ask_payment")
DOOR = see("orders", "scan ticket") | action("orders", "check_in_ticket")
BAR = action("concessions", "count_stock hand_over make_ready receive_goods take_off_sale")
PUTTING_RIGHT = action("orders", "refund_consumed refund_order undo_check_in_ticket")
PUTTING_RIGHT |= action("payments", "pay_out_refund resend_receipt resend_refund")
MENDING = action("screenings", "take_out_seat")
KEEPING_GOODS = action("concessions", "order_goods write_off_goods")
PLANNING = (
    action("screenings", "build_hall cancel_session copy_sessions schedule_session")
    | permitted("add change", "screenings", "film genre")
    | permitted("change", "screenings", "hall")  # they are built from a plan, with their seats
    | permitted("add change delete", "screenings", "seatsurcharge")
)
ASSORTMENT = permitted("add change", "concessions", "concessionitem")
STAFF = permitted("view add change", "accounts", "user") | action("accounts", "switch_off_user")
STAFF |= see("accounts", "approval") | action("accounts", "decide_approval")
PRIVACY = action("orders", "disclose_customer erase_customer")
RUNNING = action("jobs", "retry_quarantinedrow") | action("notifications", "resend_notification")
RATES = permitted("add change", "payments", "vatrate")
CHAIN = (
    permitted("add change", "screenings", "cinema tickettype")
    | permitted("delete", "screenings", "genre")
    | permitted("add change", "orders", "promocode")
    | RATES
)


@dataclass(frozen=True)
class Role:
    code: str  # the group's name
    name: str | Promise
    permissions: Permissions
    chain_wide: bool = False  # people of this role work for all cinemas, as a rule


_FLOOR = PROGRAMME | SALES | GOODS | REFUNDS | POINTS | DOOR | BAR | SELLING | PUTTING_RIGHT | KEEPING_GOODS | JOBS
_FLOOR |= MENDING | see("orders", "promocode")
_CINEMA = _FLOOR | SUMMARIES | PLANNING | ASSORTMENT | STAFF | MACHINERY | RUNNING | PRIVACY
_CINEMA |= action("bonuses", "adjust_points")

ROLES = (
    Role("cashier", _("cashier"), PROGRAMME | SALES | SELLING | see("concessions", "concessionitem")),
    Role("bar", _("bar staff"), PROGRAMME | GOODS | BAR),
    Role("usher", _("usher"), PROGRAMME | DOOR),
    Role("floor_manager", _("floor manager"), _FLOOR),
    Role("cinema_manager", _("cinema manager"), _CINEMA),
    Role("accountant", _("accountant"), PROGRAMME | BOOKS | RATES | JOBS, chain_wide=True),
    Role("owner", _("owner"), _CINEMA | BOOKS | CHAIN, chain_wide=True),
)
OWNER = "owner"
