"""What goes along with a letter: codes to be scanned, drawn where there is no network to fetch them by."""

import io
from collections.abc import Iterator

from notifications.models import Notification


def qr_images(notification: Notification) -> Iterator[tuple[str, bytes]]:
    """The name and the PNG of each of the `codes` in the context, black on white with the margin that scanners need."""
    import segno  # here, since every job imports its way to letters, and one of them draws

    for name, code in notification.context.get("codes", []):
        drawing = io.BytesIO()
        # To choose among eight masks takes half of the time, and codes as good as random need no choice.
        segno.make_qr(code, error="m", mask=0).save(drawing, kind="png", scale=8, border=4)
        yield f"{name}.png", drawing.getvalue()
