"""Draws QR codes as images, which are attached to e-mails so that they work offline."""

import io
from collections.abc import Iterator

from notifications.models import Notification


def qr_images(notification: Notification) -> Iterator[tuple[str, bytes]]:
    """The file name and PNG of each entry of `codes` in the context, with the margin that scanners need."""
    import segno  # imported here, since every job imports this module but only one draws QR codes

    for name, code in notification.context.get("codes", []):
        image = io.BytesIO()
        # A fixed mask halves the time; choosing the best of eight makes no difference for random codes.
        segno.make_qr(code, error="m", mask=0).save(image, kind="png", scale=8, border=4)
        yield f"{name}.png", image.getvalue()
