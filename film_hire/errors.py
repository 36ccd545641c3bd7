"""Refusals of film hire. Each text tells people what was refused, why, and what to do."""

from cinema.status import Refused


class NoAddresses(Refused, code="statement_without_addresses"):
    """The distributor has no address for the statements of this cinema."""


class StatementOutdated(Refused, code="statement_outdated"):
    """There is a newer version of the statement."""


class NoDayClosed(Refused, code="no_day_closed"):
    """A statement is counted up to the last closed day of the cinema, and no day is closed."""


class NothingChanged(Refused, code="statement_unchanged"):
    """The statement already says what tickets and contracts say."""
