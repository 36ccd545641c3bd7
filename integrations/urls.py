from django.urls import path

from integrations import gateway_webhooks, marketing_hooks, receipt_hooks, telegram_bot
from integrations.api.site import api
from integrations.feeds import calendars, embed, foyer, showtimes
from integrations.sms import callbacks
from integrations.watching import metrics

urlpatterns = [
    path("webhooks/<str:gateway>/", gateway_webhooks.receive, name="webhook"),
    path("receipts/atol/", receipt_hooks.receive, name="atol_callback"),
    path("sms/callback/", callbacks.receive, name="sms_callback"),
    path("lists/<uuid:uid>/", marketing_hooks.receive, name="marketing_hook"),
    path("telegram/", telegram_bot.receive, name="telegram_bot"),
    path("api/", api.urls),
    path("metrics", metrics.metrics, name="metrics"),
    path("feeds/showtimes.json", showtimes.showtimes_json, name="showtimes_json"),
    path("feeds/showtimes.xml", showtimes.showtimes_xml, name="showtimes_xml"),
    path("feeds/cinemas/<int:key>.ics", calendars.programme_calendar, name="programme_calendar"),
    path("embed/<int:key>/", embed.programme, name="embedded_programme"),
    path("foyer/sw.js", foyer.worker, name="foyer_worker"),
    path("foyer/<int:key>/", foyer.foyer, name="foyer"),
    path("foyer/<int:key>/sessions.json", foyer.foyer_json, name="foyer_json"),
]
