"""Business rules of the chain, read as settings. The page “House rules” replaces some: see `house_rules.rules`."""

from datetime import timedelta
from decimal import Decimal

HOLD_LIMITS = {
    # channel: (until the payment deadline, from there until the order is cancelled)
    "ONLINE": (timedelta(minutes=15), timedelta(0)),
    "BOX_OFFICE": (timedelta(minutes=15), timedelta(0)),
    "RESERVATION": (timedelta(days=2), timedelta(days=1)),
    "HOUSE": (timedelta(days=365), timedelta(0)),  # each hold and booking has a time of its own
    "GROUP": (timedelta(days=365), timedelta(0)),
}
HOUSE_HOLDS_END = timedelta(minutes=30)  # before the start, for seats kept without an end
MAX_TICKETS_AN_ORDER = 50
MAX_TICKETS_A_GROUP = 300
SEATS_A_VISITOR = 10  # maximum in one order of the shop; larger groups buy at the box office
MAX_SNACKS_A_LINE = 99
GIFT_CARD_LARGEST = Decimal(50_000)  # that one card is sold for
VOUCHER_VALIDITY = timedelta(days=180)  # of a voucher: for goodwill, or instead of money
HOLD_CEILING = timedelta(minutes=150)  # the longest that extensions can make an online hold
#: Unpaid seats at one time: online per browser or e-mail and per IP address, and of a partner of the API.
HELD_SEATS = {"visitor": 20, "address": 60, "partner": 200, "partner_session": 40}
HELD_SNACKS = {"visitor": 100, "address": 200, "partner": 400}  # pieces, of unpaid orders likewise
ATTEMPTS = {
    # action: (period, limit per person, limit per IP address)
    "hold": (timedelta(minutes=15), 20, 120),
    "remember": (timedelta(minutes=15), 60, 240),  # what was typed at a checkout, kept in the session
    "hold_expired": (timedelta(days=1), 1, 10),  # messages about expired holds to addresses that were only typed
    "promocode": (timedelta(hours=1), 10, 40),  # codes that do not exist
    "gift_card": (timedelta(hours=1), 10, 40),  # wrong codes only
    "log_in": (timedelta(minutes=15), 30, 30),  # wrong passwords only; by address
    "sign_in": (timedelta(hours=1), 5, 30),
    "old_password": (timedelta(minutes=15), 10, 0),  # where a new one is set, right ones included
    "second_factor": (timedelta(minutes=15), 10, 60),  # codes at log-in, right ones included
    "pin": (timedelta(minutes=15), 5, 0),  # wrong PINs of a person on one device
    "pin_device": (timedelta(minutes=15), 20, 0),  # wrong PINs of anybody on one device
    "pin_today": (timedelta(days=1), 20, 0),  # wrong ones of a person on one device, until a new PIN is set
    "device": (timedelta(hours=1), 0, 20),  # wrong codes to enrol a device; by address
    "customer_code": (timedelta(minutes=15), 10, 0),  # wrong codes of customers that a member of staff types at a till
    "find": (timedelta(hours=1), 5, 30),
    "link_again": (timedelta(days=1), 10, 60),  # links to orders, sent once more; per customer, at a till per order
    "correct_address": (timedelta(days=1), 3, 30),  # per order
    "corrected": (timedelta(minutes=10), 1, 1_000),  # per showing of an order's page
    "news": (timedelta(hours=1), 20, 120),  # consents to news and offers, given or withdrawn; per account or order
    "phone_code": (timedelta(days=1), 5, 20),  # codes sent to phones; per account
    "codes_of_phone": (timedelta(days=1), 20, 0),  # per number, which anybody may call theirs
    "late_code": (timedelta(minutes=10), 1, 0),  # per number after those: the first codes of further accounts
    "ask_gateway": (timedelta(minutes=1), 20, 300),  # by pressing or reloading; per order
    "campaign": (timedelta(hours=1), 0, 120),  # visits by links of campaigns that count; by address
    "unknown_link": (timedelta(hours=1), 60, 60),
    "api": (timedelta(minutes=1), 600, 600),  # requests with an API key; per partner
    "api_key": (timedelta(minutes=15), 30, 30),  # wrong API keys; per address
    "api_hold": (timedelta(minutes=1), 60, 60),  # per partner
    "code": (timedelta(hours=1), 20, 60),  # wrong ticket and pick-up codes, entered by staff
}
SIGN_IN_LINK = timedelta(minutes=20)  # how long a sign-in link is valid
PASSWORD_LINK = timedelta(hours=72)  # how long a link to set a staff password is valid
SECOND_STEP = timedelta(minutes=10)  # between the password and the second factor, at log-in
ASK_FOR_NEWS_AGAIN = timedelta(days=90)  # at most one message to confirm a subscription in this time, per address
LINK_AGAIN = timedelta(minutes=5)  # at most one link in this time, once too many were asked for one e-mail address
PAYMENT_IN_FLIGHT_GRACE = timedelta(minutes=30)

# Change it when no unpaid order is open: check_invariants prices their points by it.
BONUS_POINT_VALUE = Decimal("1.00")
BONUS_RATE = Decimal("0.05")
BONUS_MAX_SHARE = Decimal("1.00")  # largest part of an order's price that points can pay
BONUS_VALIDITY = timedelta(days=365)
BONUS_WARNING = timedelta(days=30)

APPROVABLE_SERVICES = {
    # the name stored in approval requests and used in APPROVAL_LIMITS: the class that describes the service
    "orders.refund": "orders.approvals.RefundApproval",
    "orders.pay_out": "orders.approvals.PayOutApproval",
    "orders.refund_session": "orders.approvals.SessionRefundApproval",
    "boxoffice.exchange": "boxoffice.approvals.ExchangeApproval",
    "bonuses.adjust": "bonuses.approvals.AdjustmentApproval",
    "concessions.write_off": "concessions.approvals.WriteOffApproval",
}
APPROVAL_LIMITS: dict[str, Decimal | int | None] = {
    # what one person may do alone in a day, over all orders, accounts and items; None: no limit
    "orders.refund": Decimal(20_000),
    "orders.refund_session": Decimal(50_000),  # of cancelled sessions
    "bonuses.adjust": 5_000,  # points
    "concessions.write_off": Decimal(10_000),  # at the selling price
}

# For this long, whoever created an account, set its password, or changed its address or roles cannot approve what
# its owner requests, nor can the owner approve theirs. Approvers named by `set_up` are exempt.
APPROVER_INDEPENDENT_AFTER = timedelta(days=30)

CHARGEBACKS_WITHIN = timedelta(days=180)  # how long after a payment to ask its gateway for chargebacks
STAFF_SESSION_IDLE = timedelta(hours=8)  # without a page of the admin, until staff are signed out
BOXOFFICE_IDLE = timedelta(minutes=15)  # without a press, until a device of the box office asks for a PIN
PIN_DIGITS = 4  # the fewest
DEVICE_CODE = timedelta(minutes=30)  # how long the code that enrols a device works
REAUTHENTICATE_AFTER = timedelta(minutes=15)  # before people, rules and money above a limit are changed

SECOND_FACTOR_FOR_MONEY = False  # whether staff who may take, return or book money must log in with a second factor

REMINDER_AHEAD = timedelta(hours=2)
TILL_SALES_UNTIL = timedelta(minutes=20)  # after the start, at the box office
VOID_SNACKS_WITHIN = timedelta(hours=1)  # from the sale: until then a sale without tickets is undone at the till
EXCHANGE_WITHIN = timedelta(days=7)  # after the end of the screening, if the cinema is at fault
DOORS_OPEN = timedelta(minutes=60)  # before the start
ARCHIVE_AFTER = timedelta(days=30)
REFUND_UNCOLLECTED_SNACKS = False
STOCKTAKE_TOLERANCE_PERCENT = 2  # a stock count that differs by more needs a reason
API_KEY_OVERLAP = timedelta(days=14)  # how long a partner's former API key works beside its next one
#: What one person does in an hour, for the suggestion of staff: tickets sold, guests admitted, orders at the bar.
STAFF_PACE = {"till": 90, "door": 480, "bar": 45}
ADVICE_COST = 6  # what one more showing costs to run, in full tickets: the programme advice counts it
ADVICE_LEAST = 4  # what a line of the advice brings at least, in full tickets
ADVICE_LINES = 12  # of a week, at most
ADVICE_SHARE = 0.5  # of the public of a showing that comes because of it, where the film is shown nearby in time
ADVICE_RIVALS = 0.1  # of the public of a showing that other films would have got that start nearby in time
ADVICE_NEAR = timedelta(minutes=150)  # between the starts of such showings
