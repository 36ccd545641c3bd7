"""Settings of the connections to other systems, which `cinema.settings` takes over as its own."""

import re
from importlib.util import find_spec
from pathlib import Path

from cinema.environment import env, exit_with_error

DEBUG = env.bool("DEBUG", default=False)

__all__ = [
    "API_PAGES",
    "COMMONS_API",
    "EMBED_ON",
    "FILM_CATALOGUES",
    "GOOGLE_WALLET_ISSUER",
    "GOOGLE_WALLET_KEY",
    "MARKETING_API",
    "MARKETING_TIMEOUT",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "SENTRY_ENVIRONMENT",
    "SMS_API",
    "SMS_BACKEND",
    "SMS_DAILY_BUDGET",
    "SMS_LOGIN",
    "SMS_PASSWORD",
    "SMS_REGIONS",
    "SMS_SENDER",
    "SMS_TIMEOUT",
    "TELEGRAM_API",
    "TELEGRAM_BOT_NAME",
    "TELEGRAM_BOT_TOKEN",
    "TMDB_API",
    "TMDB_TOKEN",
    "WEBHOOKS_TO_PRIVATE_ADDRESSES",
    "WIKIDATA_API",
]

# django-ninja is no app: jobs would load it and pydantic at their start. Only its static files are wanted.
_ninja = find_spec("ninja")
_places = _ninja.submodule_search_locations if _ninja else None
API_PAGES = [("ninja", Path(_places[0]) / "static" / "ninja")] if _places else []

# Whether webhooks may go to addresses inside our own network, and by plain HTTP.
WEBHOOKS_TO_PRIVATE_ADDRESSES = env.bool("WEBHOOKS_TO_PRIVATE_ADDRESSES", default=DEBUG)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # without one there is no /metrics

# The sites on which a frame may show the programme, like https://www.cinema.example.
EMBED_ON = env.list("EMBED_ON", default=[])
for _site in EMBED_ON:
    if not re.fullmatch(r"https?://[a-z0-9.*-]+(:\d+)?", _site):
        exit_with_error(f"EMBED_ON: {_site} is not the address of a site; write it like https://www.cinema.example")

# Where errors are reported, and what the installation is called there.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="")
if SENTRY_DSN and find_spec("sentry_sdk") is None:
    exit_with_error("SENTRY_DSN is set, but sentry-sdk is not installed: pip install 'sentry-sdk>=2.75,<3'")

# What `storefront.services.google_wallet` signs passes with: a file, and a number of Google's.
GOOGLE_WALLET_KEY = env.str("GOOGLE_WALLET_KEY", default="")
GOOGLE_WALLET_ISSUER = env.str("GOOGLE_WALLET_ISSUER", default="")

# Catalogues of films that staff can ask, in this order: wikidata, tmdb.
FILM_CATALOGUES = env.list("FILM_CATALOGUES", default=["wikidata"])
TMDB_TOKEN = env.str("TMDB_TOKEN", default="")
COMMONS_API = env.str("COMMONS_API", default="https://commons.wikimedia.org/w/api.php")
WIKIDATA_API = env.str("WIKIDATA_API", default="https://www.wikidata.org/w/api.php")
TMDB_API = env.str("TMDB_API", default="https://api.themoviedb.org/3")
for _each in FILM_CATALOGUES:
    if _each not in ("wikidata", "tmdb"):
        exit_with_error(f"FILM_CATALOGUES: {_each} is not a catalogue; write wikidata, tmdb, or both")
if "tmdb" in FILM_CATALOGUES and not TMDB_TOKEN:
    exit_with_error("FILM_CATALOGUES names tmdb, which needs a key of your own: set TMDB_TOKEN")

# SMS: the class that sends them, and the account at the provider (docs/connections.md). Without a class none are sent.
SMS_BACKEND = env.str("SMS_BACKEND", default="")
SMS_LOGIN = env.str("SMS_LOGIN", default="")
SMS_PASSWORD = env.str("SMS_PASSWORD", default="")
SMS_SENDER = env.str("SMS_SENDER", default="")
SMS_API = env.str("SMS_API", default="")  # empty: the provider's own address
SMS_DAILY_BUDGET = env.str("SMS_DAILY_BUDGET", default="")  # in the currency of the account; empty: no limit
SMS_REGIONS = [each.upper() for each in env.list("SMS_REGIONS", default=[])]  # empty: that of PHONE_REGION
SMS_TIMEOUT = (3.05, 10.0)  # seconds to connect, and to wait for an answer

# Newsletters: other addresses of partners, for tests, such as UniSender=http://127.0.0.1:8000/double
MARKETING_API = env.dict("MARKETING_API", default={})
MARKETING_TIMEOUT = (3.05, 30.0)

# Telegram: the bot that sends customers what they chose to get there (docs/connections.md).
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", default="")
TELEGRAM_BOT_NAME = env.str("TELEGRAM_BOT_NAME", default="")
TELEGRAM_API = env.str("TELEGRAM_API", default="https://api.telegram.org")
