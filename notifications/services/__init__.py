from notifications.services.delivery import deliver, requeue
from notifications.services.queueing import SECRETS, Message, queue, was_queued

__all__ = ["SECRETS", "Message", "deliver", "queue", "requeue", "was_queued"]
