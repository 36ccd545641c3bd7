from notifications.services.delivery import deliver, requeue
from notifications.services.queueing import Message, queue

__all__ = ["Message", "deliver", "queue", "requeue"]
