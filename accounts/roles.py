"""Roles and their permissions. The command `sync_roles` makes groups of them; docs/roles.md lists them.

A role is a group named by its code. It has Django's model permissions, `app.verb_model`, and one permission per action.
The cinemas whose rows a user sees are not part of the role: see `User.cinemas`.
"""

from dataclasses import dataclass
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Permissions = frozenset[str]


def model_permissions(verbs: str, app: str, models: str) -> Permissions:
    """Django's permission of each verb (view, add, change, delete) for each model of the app."""
    return frozenset(f"{app}.{verb}_{model}" for verb in verbs.split() for model in models.split())


def actions(app: str, codenames: str) -> Permissions:
    """The app's own permissions, one per action."""
    return frozenset(f"{app}.{codename}" for codename in codenames.split())


view = partial(model_permissions, "view")

# --- What roles can view

PROGRAMME = view("screenings", "cinema distributor film genre hall seat seatoutage seatsurcharge session tickettype")
PROGRAMME |= view("screenings", "holiday pricelist pricerow")
SALES = view("orders", "order orderevent overdueorder ticket") | view("payments", "payment")
SALES |= view("concessions", "concessionpreorder")
STOCK = view("concessions", "concessionitem concessionpreorder lowstockitem reordersuggestion stockmovement")
REFUNDS = view("orders", "refundline") | view("payments", "dispute giftcard receipt receiptline refund vatrate")
BONUSES = view("bonuses", "bonusaccount bonustransaction tier")
SUMMARIES = view("screenings", "pricequote sessionsummary") | view("pricing", "pricingmode")
ACCOUNTING = (
    SALES | STOCK | REFUNDS | BONUSES | SUMMARIES | view("orders", "promocode") | view("payments", "gatewayevent")
)
REPORTS = view("reports", "businessday daycheck")
FORECASTS = view("pricing", "sessionforecast")
JOBS = view("jobs", "jobrun")
HOUSE_RULES = view("house_rules", "chainface chainpage houserules")
SYSTEM = view("jobs", "joblease quarantinedrow") | view("notifications", "notification")

# --- What roles can do

SELLING = actions("orders", "cancel_order extend_order remind_order take_payment_order")
SELLING |= actions("payments", "ask_payment")
TILL = actions("payments", "work_shift")
CASH = actions("payments", "count_others_shift")
SAFE = actions("payments", "bank_cash vouch_register")
DOOR = view("orders", "scan ticket") | actions("orders", "check_in_ticket")
HOUSE_SEATS = view("allocations", "comp compreason groupbooking household") | actions(
    "allocations", "book_group give_comp keep_seats"
)
INCIDENTS = view("incidents", "incident concernedorder") | actions("screenings", "cancel_session")
INCIDENTS |= actions("incidents", "change_sold_session tell_guest")
BAR = actions("concessions", "count_stock hand_over make_ready receive_goods take_off_sale")
CORRECTIONS = actions("orders", "change_seats_order correct_address_order refund_consumed refund_order")
CORRECTIONS |= actions("orders", "override_check_in_ticket undo_check_in_ticket")
CORRECTIONS |= actions("payments", "pay_out_refund resend_receipt resend_refund")
SEAT_REPAIR = actions("screenings", "take_out_seat")
STOCK_CONTROL = actions("concessions", "order_goods write_off_goods")
COSTS = actions("concessions", "set_cost view_costs")
PLANNING = (
    actions("screenings", "build_hall cancel_session copy_sessions schedule_session")
    | model_permissions("add change", "screenings", "distributor film genre")
    | model_permissions("view add change delete", "screenings", "plannedsession")
    | model_permissions("change", "screenings", "hall")  # halls are created with their seats by an action
    | model_permissions("add change delete", "screenings", "pricelist pricerow seatsurcharge")
    | actions("screenings", "apply_pricelist publish_pricelist")
    | view("integrations", "filmlookup filmproposal pictureproposal")
    | actions("integrations", "ask_filmlookup decide_filmproposal")
    | model_permissions("add change delete", "pricing", "pricingmode")
    | actions("pricing", "freeze_price")
)
ASSORTMENT = model_permissions("add change", "concessions", "concessionitem")
STAFF = model_permissions("view add change", "accounts", "user") | actions(
    "accounts", "reset_second_factor switch_off_user"
)
STAFF |= view("accounts", "approval") | actions("accounts", "decide_approval")
DEVICES = model_permissions("view add change", "accounts", "device") | actions("accounts", "revoke_device")
PRIVACY = actions("orders", "disclose_customer erase_customer")
OPERATIONS = actions("jobs", "retry_quarantinedrow") | actions("notifications", "resend_notification")
CONSENTS = view("accounts", "marketingconsent") | actions("accounts", "withdraw_consent")
RATES = model_permissions("add change", "payments", "vatrate")
RATES |= model_permissions("view add change", "reports", "societyrate")
FORMAT_CODES = model_permissions("view add change delete", "screenings", "formatcode")
LEGAL_ENTITIES = model_permissions("view add change", "payments", "legalentity")
BOOKS = REPORTS | view("reports", "payoutline") | actions("reports", "clarify_payoutline settle_daycheck")
BOOKS |= model_permissions("view add change", "reports", "reportschedule")
BOOKS |= actions("reports", "resend_reportschedule")
PAYOUTS = view("reports", "payoutfile") | actions("reports", "upload_payoutfile")  # of the whole chain
FILM_HIRE = view("film_hire", "contract statement grossreturn")
HIRE_CONTRACTS = model_permissions("add change", "film_hire", "contract")
HIRE_CONTRACTS |= actions("film_hire", "apply_contract recount_statement send_statement")
CAMPAIGNS = model_permissions("view add change", "reports", "campaign")
SEGMENTS = model_permissions("view add change delete", "reports", "segment")
CONNECTIONS = model_permissions("view add change", "integrations", "partner")
CONNECTIONS |= view("integrations", "apikey") | actions("integrations", "issue_apikey")
CONNECTIONS |= model_permissions("view add change", "integrations", "webhookendpoint")
CONNECTIONS |= view("integrations", "webhookdelivery")
CONNECTIONS |= model_permissions("view add change", "integrations", "marketinglist")
CONNECTIONS |= actions("integrations", "operate_webhookendpoint resend_webhookdelivery")
CHAIN = (
    model_permissions("add change", "screenings", "cinema tickettype")
    | model_permissions("add change delete", "screenings", "holiday")
    | model_permissions("delete", "screenings", "genre")
    | model_permissions("add change", "orders", "promocode")
    | model_permissions("add change", "allocations", "compreason")
    | view("allocations", "codebatch")
    | model_permissions("add change", "bonuses", "tier")
    | actions("allocations", "export_codebatch make_codebatch stop_codebatch")
    | model_permissions("change", "house_rules", "chainface chainpage houserules")
    | model_permissions("add", "house_rules", "chainpage")
    | HOUSE_RULES
    | CONSENTS
    | CONNECTIONS
    | CAMPAIGNS
    | actions("reports", "export_segment")  # addresses of customers of the whole chain
    | FORMAT_CODES
    | LEGAL_ENTITIES
    | RATES
)


#: What the house rule demands a second factor for.
MOVES_MONEY = actions("orders", "refund_consumed refund_order take_payment_order")
MOVES_MONEY |= (
    actions("allocations", "book_group")
    | actions("payments", "bank_cash pay_out_refund resend_refund work_shift")
    | actions("bonuses", "adjust_points")
)
MOVES_MONEY |= actions("concessions", "write_off_goods") | actions("accounts", "decide_approval")


@dataclass(frozen=True)
class Role:
    code: str  # the group's name
    name: str | Promise
    permissions: Permissions
    chain_wide: bool = False  # people with this role usually work for all cinemas


_FLOOR = PROGRAMME | SALES | STOCK | REFUNDS | BONUSES | DOOR | BAR | SELLING | CORRECTIONS | STOCK_CONTROL | JOBS
_FLOOR |= HOUSE_SEATS | DEVICES | TILL | CASH | SEAT_REPAIR | INCIDENTS | view("orders", "promocode") | FORECASTS
_CINEMA = _FLOOR | SUMMARIES | PLANNING | ASSORTMENT | STAFF | SYSTEM | OPERATIONS | PRIVACY | BOOKS
_CINEMA |= view("reports", "campaign")
_CINEMA |= SAFE | SEGMENTS | COSTS | FILM_HIRE | actions("bonuses", "adjust_points")
_ACCOUNTANT = PROGRAMME | ACCOUNTING | BOOKS | PAYOUTS | COSTS | HOUSE_RULES | LEGAL_ENTITIES | RATES | JOBS
_ACCOUNTANT |= FORECASTS | FILM_HIRE | HIRE_CONTRACTS

ROLES = (
    Role("cashier", _("cashier"), PROGRAMME | SALES | SELLING | TILL | view("concessions", "concessionitem")),
    Role("bar", _("bar staff"), PROGRAMME | STOCK | BAR),
    Role("usher", _("usher"), PROGRAMME | DOOR),
    Role("floor_manager", _("floor manager"), _FLOOR),
    Role("cinema_manager", _("cinema manager"), _CINEMA),
    Role("accountant", _("accountant"), _ACCOUNTANT, chain_wide=True),
    Role("owner", _("owner"), _CINEMA | ACCOUNTING | PAYOUTS | CHAIN | HIRE_CONTRACTS, chain_wide=True),
)
OWNER = "owner"
