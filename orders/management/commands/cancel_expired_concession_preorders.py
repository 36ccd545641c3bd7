from jobs.command import JobCommand
from orders.models import Order
from orders.services import expire_uncollected_locked


class Command(JobCommand):
    help = "Expire uncollected snacks: return them to stock, or write them off if they were made to order."

    def due(self, at):
        return Order.objects.with_uncollected_snacks(at)

    def act(self, orders, at):
        expire_uncollected_locked(orders, at=at)
