from jobs.command import JobCommand
from orders.locks import lock_keys_with_sessions
from orders.models import Order
from orders.services import process_refunds_locked


class Command(JobCommand):
    help = "Release the seats, snacks and points of orders that were refunded outside the system."

    def due(self, at):
        return Order.objects.refund_to_process(at)

    def lock(self, pks):
        lock_keys_with_sessions(pks)

    def act(self, orders, at):
        process_refunds_locked(orders, at=at)
