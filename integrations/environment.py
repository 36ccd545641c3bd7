"""Settings of the connections to other systems, which `cinema.settings` takes over as its own."""

from importlib.util import find_spec

from cinema.environment import env, exit_with_error

DEBUG = env.bool("DEBUG", default=False)

__all__ = [
    "FILM_CATALOGUES",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "SENTRY_ENVIRONMENT",
    "TMDB_API",
    "TMDB_TOKEN",
    "WEBHOOKS_TO_PRIVATE_ADDRESSES",
    "WIKIDATA_API",
]

# Whether webhooks may go to addresses inside our own network, and by plain HTTP.
WEBHOOKS_TO_PRIVATE_ADDRESSES = env.bool("WEBHOOKS_TO_PRIVATE_ADDRESSES", default=DEBUG)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # without one there is no /metrics

# Where errors are reported, and what the installation is called there.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="")
if SENTRY_DSN and find_spec("sentry_sdk") is None:
    exit_with_error("SENTRY_DSN is set, but sentry-sdk is not installed: pip install 'sentry-sdk>=2.75,<3'")

# Catalogues of films that staff can ask, in this order: wikidata, tmdb.
FILM_CATALOGUES = env.list("FILM_CATALOGUES", default=["wikidata"])
TMDB_TOKEN = env.str("TMDB_TOKEN", default="")
WIKIDATA_API = env.str("WIKIDATA_API", default="https://www.wikidata.org/w/api.php")
TMDB_API = env.str("TMDB_API", default="https://api.themoviedb.org/3")
for _each in FILM_CATALOGUES:
    if _each not in ("wikidata", "tmdb"):
        exit_with_error(f"FILM_CATALOGUES: {_each} is not a catalogue; write wikidata, tmdb, or both")
if "tmdb" in FILM_CATALOGUES and not TMDB_TOKEN:
    exit_with_error("FILM_CATALOGUES names tmdb, which needs a key of your own: set TMDB_TOKEN")
