from jobs.command import JobCommand
from orders.models import Order
from orders.services import mark_overdue_locked


class Command(JobCommand):
    help = "Mark orders that were not paid by their deadline as overdue, keep their seats, and notify the customers."

    def due(self, at):
        return Order.objects.overdue(at)

    def act(self, orders, at):
        mark_overdue_locked(orders, at=at)
