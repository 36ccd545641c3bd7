from jobs.command import JobCommand
from orders.locks import lock_keys_with_sessions
from orders.models import Order
from orders.services import refund_cancelled_sessions_locked


class Command(JobCommand):
    help = "Refund the tickets of cancelled sessions, cancel their unpaid orders, and notify the customers."

    def due(self, at):
        return Order.objects.of_cancelled_sessions(at)

    def lock(self, pks):
        lock_keys_with_sessions(pks)

    def act(self, orders, at):
        refund_cancelled_sessions_locked(orders, at=at)
