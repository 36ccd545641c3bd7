from jobs.command import JobCommand
from orders.models import Order
from orders.services import expire_uncollected_locked


class Command(JobCommand):
    help = "Give up snacks that nobody collected in time: back to stock, or to waste if they were made to order."

    def due(self, at):
        return Order.objects.with_uncollected_snacks(at)

    def act(self, orders, at):
        expire_uncollected_locked(orders, at=at)
