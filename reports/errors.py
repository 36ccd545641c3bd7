"""What the reports refuse."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class EarlierDayOpen(Refused, code="earlier_day_open"):
    """A business day cannot be closed while one before it is open."""


class DifferenceSettled(Refused, code="difference_settled"):
    """The difference is settled already, or there is none."""


class OwnTransfer(Refused, code="own_transfer"):
    """Whoever recorded a bank transfer, or took cash to the bank, would explain that it came."""

    def __init__(self) -> None:
        super().__init__(_("You recorded a part of this money. Somebody else has to see it on the account."))


class TooLongForPdf(Refused, code="report_too_long"):
    """A report has too many rows for a PDF."""


class FileReadBefore(Refused, code="file_read_before"):
    """A payout file with the same content was read before."""


class LineClarified(Refused, code="line_clarified"):
    """The difference of a payout line is clarified already, or there is none."""


class ChooseOneCinema(Refused, code="choose_one_cinema"):
    """Customers are counted for the whole chain or for one cinema, not for some of its cinemas together."""


class UnknownReport(Refused, code="report_unknown"):
    """There is no report of this name, or not any more."""


class ReportNotAllowed(Refused, code="report_not_allowed"):
    """The person may not, or no longer, see the rows of the report."""


class TooManyFiles(Refused, code="report_files_too_many"):
    """The person waits for as many report files as one may have made at a time."""


class NothingFailed(Refused, code="report_mailing_not_failed"):
    """No mailing of a scheduled report has failed, or somebody has sent it again already."""
