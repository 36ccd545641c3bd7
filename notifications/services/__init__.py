from notifications.services.delivery import deliver, requeue
from notifications.services.queueing import SECRETS, Message, ever_notified, queue, was_queued

__all__ = ["SECRETS", "Message", "deliver", "ever_notified", "queue", "requeue", "was_queued"]
