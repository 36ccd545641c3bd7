from customers.services.tiers import raise_tiers_locked
from jobs.command import JobCommand
from orders.models import Order
from orders.services import accrue_locked


class Command(JobCommand):
    help = "Credit customers with the points that their completed orders have earned, once per order, and raise levels."

    def due(self, at):
        return Order.objects.to_accrue(at)

    def act(self, orders, at):
        accrue_locked(orders, at=at)
        raise_tiers_locked({order.user_id for order in orders}, at=at)
