from jobs.command import JobCommand, Step
from orders.locks import lock_keys_with_sessions
from orders.models import Order
from orders.services import refund_cancelled_sessions


class Command(JobCommand):
    help = "Refund the tickets of cancelled sessions, cancel their unpaid orders, and tell the customers."

    def steps(self):
        return [Step("", self.due, self.act, lock=lock_keys_with_sessions)]

    def due(self, at):
        return Order.objects.of_cancelled_sessions(at)

    def act(self, orders, at):
        refund_cancelled_sessions(orders, at=at)
