"""Models of cinemas, halls, seats, films, prices and sessions."""

from screenings.models.certificates import FilmCertificate, FormatCode
from screenings.models.cinemas import Cinema, Hall, default_time_zone, loads_as_time_zone, time_zone_choices
from screenings.models.films import AgeRating, Distributor, Film, Genre
from screenings.models.pictures import FilmPicture, with_pictures
from screenings.models.planned_sessions import PlannedSession
from screenings.models.price_lists import Holiday, PriceList, PriceRow, RowSurcharge, TicketTypeTerm
from screenings.models.prices import SeatSurcharge, TicketType, ratings_from
from screenings.models.quotes import PriceParts, PriceQuote
from screenings.models.seats import Seat, SeatKind, SeatOutage
from screenings.models.sessions import Int8Range, OnPostgreSQL, Session, SessionSummary, TstzRange

__all__ = [
    "AgeRating",
    "Cinema",
    "Distributor",
    "Film",
    "FilmCertificate",
    "FilmPicture",
    "FormatCode",
    "Genre",
    "Hall",
    "Holiday",
    "Int8Range",
    "OnPostgreSQL",
    "PlannedSession",
    "PriceList",
    "PriceParts",
    "PriceQuote",
    "PriceRow",
    "RowSurcharge",
    "Seat",
    "SeatKind",
    "SeatOutage",
    "SeatSurcharge",
    "Session",
    "SessionSummary",
    "TicketType",
    "TicketTypeTerm",
    "TstzRange",
    "default_time_zone",
    "loads_as_time_zone",
    "ratings_from",
    "time_zone_choices",
    "with_pictures",
]
