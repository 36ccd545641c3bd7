from incidents.services import refund_guests_locked, stop_vouchers_locked, vouchers_to_stop
from jobs.command import Counts, JobCommand, Step
from orders.locks import lock_keys_with_sessions
from orders.models import Order


class Command(JobCommand):
    help = (
        "Refund the tickets of cancelled sessions, cancel their unpaid orders, notify the customers, and stop vouchers "
        "whose money went back."
    )
    held_because = (
        "the bank has not decided a dispute, nobody has approved the refunds yet, or guests may still choose a voucher"
    )

    def steps(self):
        return [
            Step("refund", Order.objects.of_cancelled_sessions, _refund, lock=lock_keys_with_sessions),
            Step("stop vouchers", vouchers_to_stop, lambda vouchers, at: stop_vouchers_locked(vouchers, at=at)),
        ]

    def held(self, at):
        return Order.objects.of_cancelled_sessions(at).not_refunded_yet(at)


def _refund(orders, at):
    return Counts(done=refund_guests_locked(orders, at=at))
