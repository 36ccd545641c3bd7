"""What film hire screenings would cost that are only planned."""

from datetime import date
from decimal import Decimal

from film_hire.models import Contract
from film_hire.takings import contracts_of, fitting
from film_hire.terms import HUNDRED, Method, Terms, Tickets, base_of
from payments.models import Rates, Subject, Vat
from reports.counting.vat import PERCENT
from screenings.models import Cinema, Session

MANY = 100  # tickets, over which the rounding of a base is spread
CENT = Decimal("0.01")


class ExpectedHire:
    """What the contracts of a cinema make screenings cost until a day. Creating it costs two queries, `of` none.

    It counts what one more screening costs: percentages, amounts a head and a screening, and what a cinema keeps of
    each. What is due for a whole week or contract is due anyway and is left out: fixed amounts, minimums a week,
    guarantees, house costs, and an amount that the cinema keeps a week.
    """

    def __init__(self, cinema: Cinema, *, until: date) -> None:
        self.cinema, self.rates = cinema, Rates()
        self.contracts: dict[int, list[Contract]] = {}
        for contract in contracts_of(cinema, until=until):
            self.contracts.setdefault(contract.film_id, []).append(contract)

    def of(self, session: Session, *, admissions: float, takings: float) -> float:
        """The hire of a screening, stored or not, with so many paid admissions."""
        contracts = self.contracts.get(session.film_id)
        if not contracts or admissions <= 0:
            return 0.0
        vat = PERCENT[Vat(self.rates.on(Subject.TICKETS, self.cinema.business_date(session.start_datetime)))]
        price = Decimal(str(takings / admissions)).quantize(CENT)
        return sum(
            _hire(contract.terms(), week, admissions=admissions, price=price, vat_percent=vat)
            for contract, week in fitting(session, contracts, self.cinema)
        )


def _hire(terms: Terms, week: int, *, admissions: float, price: Decimal, vat_percent: int) -> float:
    base = float(base_of([Tickets(count=MANY, price=price)], terms, vat_percent=vat_percent).base) / MANY * admissions
    amount, hire = float(terms.amount), 0.0
    if terms.method == Method.PERCENT and terms.percents:
        hire = base * float(terms.percents[min(week, len(terms.percents)) - 1] / HUNDRED)
    elif terms.method == Method.PER_HEAD:
        hire = amount * admissions
    elif terms.method == Method.FIXED_SESSION:
        hire = amount
    elif terms.method == Method.HOUSE_SESSION:
        hire = max(0.0, base - amount)
    return max(hire, float(terms.minimum_head) * admissions)
