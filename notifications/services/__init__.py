from notifications.services.queueing import Message, queue

__all__ = ["Message", "queue"]
