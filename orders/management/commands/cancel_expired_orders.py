from jobs.command import JobCommand
from orders.models import Order
from orders.services import CancelReason, cancel_locked


class Command(JobCommand):
    help = "Cancel unpaid orders whose time is up; release their seats, snacks, points and promo codes."

    def due(self, at):
        return Order.objects.expired(at)

    def act(self, orders, at):
        cancel_locked(orders, reason=CancelReason.EXPIRED, at=at)
