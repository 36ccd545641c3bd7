"""Reports errors to Sentry, or to a server that understands it such as GlitchTip, once `SENTRY_DSN` is set.

What is sent is built from the log record: the text and the traceback as the logs have them, with secrets, e-mail
addresses and values of rows masked, and without local variables, requests, users and addresses.
"""

import logging
from typing import Any

from cinema.logs import mask
from integrations.watching.logs import request_id

FRAME = ("filename", "abs_path", "module", "function", "lineno", "context_line", "in_app")
KEPT = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "server_name", "sdk")


def start(dsn: str, *, environment: str = "") -> None:
    """Send each record of the level ERROR and above. Only here is sentry-sdk imported, which is optional."""
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=dsn,
        environment=environment or None,
        before_send=without_people,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=True,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        shutdown_timeout=3,
    )


def without_people(event: Any, hint: dict[str, Any]) -> Any:
    """The event with what is listed here only; nothing that `sentry_sdk` adds later goes out unseen."""
    record = hint.get("log_record")
    sent = {name: event[name] for name in KEPT if name in event}
    sent["message"] = mask(record.getMessage()) if record else mask(str(event.get("message", "")))
    if number := request_id(record):
        sent["tags"] = {"request_id": number}
    if "exception" in event:
        values = [_exception(each) for each in event["exception"].get("values", [])]
        sent["exception"] = {"values": values}
    return sent


def _exception(given: Any) -> dict[str, Any]:
    frames = (given.get("stacktrace") or {}).get("frames") or []
    return {
        "type": given.get("type"),
        "module": given.get("module"),
        "value": mask(str(given.get("value") or "")),
        "stacktrace": {"frames": [{name: each[name] for name in FRAME if name in each} for each in frames]},
    }
