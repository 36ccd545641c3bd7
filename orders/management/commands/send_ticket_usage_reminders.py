from jobs.command import JobCommand
from orders.queries import orders_to_remind
from orders.services import remind_locked


class Command(JobCommand):
    help = "Remind customers of sessions that start soon: one message per order and session."

    def due(self, at):
        return orders_to_remind(at)

    def again(self, at, pks):
        return orders_to_remind(at, pks)

    def act(self, orders, at):
        remind_locked(orders, at=at)
