from jobs.command import JobCommand
from orders.models import Order
from orders.services import complete_locked


class Command(JobCommand):
    help = "Complete paid orders whose sessions are over; tickets that were not scanned are no-shows."

    def due(self, at):
        return Order.objects.over(at)

    def act(self, orders, at):
        complete_locked(orders, at=at)
