"""From what figures are counted, and by which day."""

from django.utils.translation import gettext_lazy as _

OF_TICKETS = _("Tickets of paid orders, by the business day of the screening.")
OF_LINES = _("Tickets and bar items of paid orders, by the business day of the screening.")
OF_BAR = _("Bar items of paid orders, by the business day of the order’s first screening, or else of its payment.")
OF_BAR_AND_TICKETS = _("Bar items and tickets of paid orders, by the business day of the screening.")
OF_SCREENINGS = _("The timetable, by the business day of the screening.")
OF_PAYMENTS = _("Payments, by the business day on which they arrived.")
OF_REFUNDS = _("Refunds, by the business day on which they were made.")
OF_MONEY = _("Payments and refunds, by the business day on which they happened.")
OF_GIFT_CARDS = _("Movements of gift cards, by the business day on which they happened.")
OF_CASH = _("Movements of cash, by the business day on which they happened; counts by that of the shift.")
OF_RECEIPTS = _("Lines of fiscal receipts, by the calendar date of the receipt.")
OF_STOCK = _("Stock movements, by the business day on which they happened.")
OF_ITEMS = _("The bar items as they are now.")
OF_POINTS = _("Changes of points, by the business day on which they happened.")
OF_ACCOUNTS = _("Points accounts of the whole chain, now or at the end of the day.")
OF_ORDERS = _("Paid orders, by the business day of the payment.")
OF_ALL_DAYS = _("Closed days from the first one to the end of the day.")
OF_PAYOUTS = _("Payout files of the provider, by the day of the payout.")
OF_PROVIDERS = _("Payments, refunds and payout files, up to the end of the day.")
OF_FORECASTS = _("Forecasts that were kept, and tickets of past screenings.")
