"""Models of contracts with distributors, and of their statements."""

from film_hire.models.agreed_shows import AgreedShows
from film_hire.models.contracts import Contract, Method, StatementAddress
from film_hire.models.statements import Dispatch, GrossReturn, SettledWeek, Statement, StatementLine

__all__ = [
    "AgreedShows",
    "Contract",
    "Dispatch",
    "GrossReturn",
    "Method",
    "SettledWeek",
    "Statement",
    "StatementAddress",
    "StatementLine",
]
