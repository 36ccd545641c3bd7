import logging
from email.mime.image import MIMEImage
from smtplib import SMTPException, SMTPServerDisconnected
from typing import Any

from django.core import mail
from django.core.files.storage import storages

from house_rules.face import logo_png
from notifications import rendering
from notifications.html_twin import LOGO
from notifications.models import Channel, Notification
from notifications.qr_images import qr_images

logger = logging.getLogger(__name__)


def _picture(name: str, image: bytes) -> MIMEImage:
    """A picture that is shown within the HTML, by the name without its ending, and can be saved as a file."""
    part = MIMEImage(image, "png")
    part.add_header("Content-ID", f"<{name.removesuffix('.png')}>")
    part.add_header("Content-Disposition", "inline", filename=name)
    return part


class EmailChannel:
    """Sends through Django's mail backend over one connection, opened with the first message.

    After a failed message the next one gets a new connection. If the server cannot be reached, or drops the connection
    several times in a row, the rest of the batch fails at once, so that an outage costs seconds rather than a time-out
    for each message.
    """

    MAX_CONNECTION_LOSSES = 3

    name = Channel.EMAIL

    def __init__(self) -> None:
        self._connection: Any = None
        self._connection_losses = 0
        self._server_failure: Exception | None = None

    def send(self, notification: Notification) -> None:
        email = rendering.render_email(notification)
        if self._server_failure:
            raise self._server_failure
        self._open()
        message = mail.EmailMultiAlternatives(
            subject=email.subject,
            body=email.body,
            to=[notification.recipient],
            headers={"Message-ID": notification.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(email.html, "text/html")
        if logo := logo_png():
            message.attach(_picture(f"{LOGO}.png", logo))
        for name, image in qr_images(notification):
            message.attach(_picture(name, image))
        if attachment := notification.context.get("attachment"):
            with storages[attachment["storage"]].open(attachment["name"]) as content:
                message.attach(attachment["filename"], content.read(), attachment["content_type"])
        try:
            self._connection.send_messages([message])
        except Exception as failure:
            self.close()
            self._count_connection_loss(failure)
            raise
        self._connection_losses = 0

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except Exception as failure:  # everything has been sent by now
            logger.info("The mail connection did not close cleanly: %s", type(failure).__name__)

    def _open(self) -> None:
        if self._connection is not None:
            return
        connection = mail.get_connection()
        try:
            connection.open()
        except Exception as failure:
            self._server_failure = failure
            raise
        self._connection = connection

    def _count_connection_loss(self, failure: Exception) -> None:
        # SMTPException is an OSError too, but it is a reply: the server was reached.
        if isinstance(failure, SMTPServerDisconnected) or (
            isinstance(failure, OSError) and not isinstance(failure, SMTPException)
        ):
            self._connection_losses += 1
            if self._connection_losses >= self.MAX_CONNECTION_LOSSES:
                self._server_failure = failure
        else:
            self._connection_losses = 0
