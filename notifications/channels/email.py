import logging
from smtplib import SMTPException, SMTPServerDisconnected
from typing import Any

from django.core import mail

from notifications import rendering
from notifications.models import Notification
from notifications.qr_images import qr_images

logger = logging.getLogger(__name__)


class EmailChannel:
    """Sends through Django's mail backend over one connection, opened with the first message.

    A message that fails costs only itself: the next one gets a new connection. A server that cannot be reached, or that
    drops several messages in a row, is not asked again for the rest of the batch, so that an outage costs
    seconds rather than a time-out a message.
    """

    LOSSES = 3

    def __init__(self) -> None:
        self._connection: Any = None
        self._losses = 0
        self._down: Exception | None = None

    def send(self, notification: Notification) -> None:
        letter = rendering.render_email(notification)
        if self._down:
            raise self._down
        self._open()
        message = mail.EmailMessage(
            subject=letter.subject,
            body=letter.body,
            to=[notification.recipient],
            headers={"Message-ID": notification.message_id, "Auto-Submitted": "auto-generated"},
        )
        for name, drawing in qr_images(notification):
            message.attach(name, drawing, "image/png")
        try:
            self._connection.send_messages([message])
        except Exception as failure:
            self.close()
            self._count_loss(failure)
            raise
        self._losses = 0

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except Exception as failure:  # what was sent is sent, and a lost connection needs no farewell
            logger.info("The mail connection did not close cleanly: %s", type(failure).__name__)

    def _open(self) -> None:
        if self._connection is not None:
            return
        connection = mail.get_connection()
        try:
            connection.open()
        except Exception as failure:
            self._down = failure
            raise
        self._connection = connection

    def _count_loss(self, failure: Exception) -> None:
        # SMTPException is an OSError too, but for an answer of the server: the server is there.
        if isinstance(failure, SMTPServerDisconnected) or (
            isinstance(failure, OSError) and not isinstance(failure, SMTPException)
        ):
            self._losses += 1
            if self._losses >= self.LOSSES:
                self._down = failure
        else:
            self._losses = 0
