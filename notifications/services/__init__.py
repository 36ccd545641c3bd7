from notifications.services.delivery import deliver, requeue
from notifications.services.queueing import SECRETS, Message, queue

__all__ = ["SECRETS", "Message", "deliver", "queue", "requeue"]
