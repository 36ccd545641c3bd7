"""The reasons of forecasts and prices in words. `pricing` stores a code and an English text for developers; people read
these, with the numbers of that text.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: By code. The places are filled with the numbers of the text, in its order.
WORDS = {
    # Forecasts
    "FROM_HISTORY": _("From past screenings: %s."),
    "ADVANCE_SALES": _("Sold by then: %s tickets, %s days before the start."),
    "NEW_FILM": _("The film is new: the average of the others is assumed, with a wide range."),
    "NEW_HALL": _("The hall is new: the average of the others is assumed, with a wide range."),
    "NEW_CINEMA": _("The cinema is new: the average of the others is assumed, with a wide range."),
    "NEW_VALUE": _("Something about this screening is new, such as its format or part of the day: the range is wider."),
    "HOLIDAY": _("A holiday: few past days are like it."),
    "FIRST_WEEK": _("Past screenings are known for a week at most."),
    "SHORT_HISTORY": _("Only a few past screenings are known: %s."),
    "MISSING_DAYS": _("Days without screenings in the last four weeks: %s."),
    "FAR_AHEAD": _("The last known day is %s days before the screening."),
    "NO_HISTORY": _("There are no past screenings yet: a usual occupancy is assumed, with a wide range."),
    "NO_SESSION": _("Nothing is known about the screening."),
    "DEFAULT_CURVE": _("How early people book here is not known yet: the usual is assumed."),
    "MAY_SELL_OUT": _("More people may want to come than the %s seats of the hall."),
    "ROWS_LEFT_OUT": _("Past screenings that could not be read: %s."),
    # Prices
    "DEMAND_FORECAST": _("Demand at the list price is put at %s%% of the forecast; nothing has been sold yet."),
    "DEMAND_LEARNED": _("Demand at the list price is put at %s%% of the forecast, after %s orders."),
    "SEATS_SCARCE": _("Seats may run out: one that is kept for later is worth %s on average."),
    "SEATS_LEFT_OVER": _("Seats will be left over: this price earns most from those who come."),
    "SOLD_OUT": _("No seat is left."),
    "PARTY_ASSUMED": _("How many tickets an order has is not known: one is assumed."),
    "LIST_CHANGED": _("The list price was changed."),
    "DISABLED": _("Adaptive prices are off: this is the list price."),
    "FREE": _("The list price is zero."),
    "NO_FORECAST": _("Nobody is expected, so there is nothing to compute a price from: this is the list price."),
    "MISSING_DATA": _("Data for the price is missing: this is the list price."),
    "INVALID_DATA": _("Data for the price is invalid: this is the list price."),
    "INCONSISTENT_DATA": _("Data for the price contradicts itself: this is the list price."),
    "NO_PRICE_ALLOWED": _("No price is within all limits: this is the list price."),
    "NOT_COMPUTABLE": _("The price could not be computed: this is the list price."),
}
#: Of the code LIMITED, by the limit's name in `clamped_by` of a quote.
LIMITS = {
    "min_multiplier": _("The lowest price that was published."),
    "max_multiplier": _("The highest price that was published."),
    "max_change_per_day": _("The price moves no further than this within 24 hours."),
    "never_decrease": _("The price does not fall."),
    "max_moves_per_day": _("The price has moved as often as it may within 24 hours."),
}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def in_words(reasons: Iterable[Mapping[str, str]]) -> list[str]:
    """In the active language. A reason that is unknown here, of an earlier version, keeps its English text."""
    return [_sentence(reason["code"], reason["text"]) for reason in reasons]


def _sentence(code: str, text: str) -> str:
    if code not in WORDS:
        return gettext(text)  # LIMITED: its texts are those of `LIMITS`
    words = str(WORDS[code])
    numbers = [_localized(each) for each in _NUMBER.findall(text)]
    places = words.count("%s")
    return words % tuple(numbers[:places]) if len(numbers) >= places else text


def _localized(number: str) -> str:
    value = Decimal(number)
    places = -int(value.as_tuple().exponent)
    return number_format(value.normalize() if value == value.to_integral_value() else value, places or None)
