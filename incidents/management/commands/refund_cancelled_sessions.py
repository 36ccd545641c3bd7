from incidents.services import refund_guests_locked
from jobs.command import Counts, JobCommand
from orders.locks import lock_keys_with_sessions
from orders.models import Order


class Command(JobCommand):
    help = "Refund the tickets of cancelled sessions, cancel their unpaid orders, and notify the customers."
    held_because = (
        "the bank has not decided a dispute, nobody has approved the refunds yet, or guests may still choose a voucher"
    )

    def due(self, at):
        return Order.objects.of_cancelled_sessions(at)

    def lock(self, pks):
        lock_keys_with_sessions(pks)

    def held(self, at):
        return self.due(at).not_refunded_yet(at)

    def act(self, orders, at):
        return Counts(done=refund_guests_locked(orders, at=at))
