from jobs.command import JobCommand, Step
from orders.queries import orders_to_remind
from orders.services import remind


class Command(JobCommand):
    help = "Remind customers of sessions that start soon: one message an order and session."

    def steps(self):
        return [Step("", self.due, self.act, again=orders_to_remind)]

    def due(self, at):
        return orders_to_remind(at)

    def act(self, orders, at):
        remind(orders, at=at)
