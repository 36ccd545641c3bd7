"""Refusals of this app. Every text says what was refused, why, and what to do. A refusal changes nothing."""

from cinema.status import Refused


class CannotErase(Refused, code="customer_not_erasable"):
    """The customer's data cannot be erased."""


class ErasedAlready(CannotErase, code="customer_erased_already"):
    """The customer's personal data has already been erased."""


class CannotEraseStaff(CannotErase, code="customer_is_staff"):
    """The person is a member of staff."""


class OrdersStillOpen(CannotErase, code="customer_has_open_orders"):
    """An order of the customer is not settled yet."""


class AddressNotCorrectable(Refused, code="address_not_correctable"):
    """The order’s address cannot be changed: to the same one, after its end, or after a scan."""
