"""Settings of the connections to other systems, read from the environment. `cinema.settings` imports all of them."""

from cinema.environment import env

# SMS: the class that sends them, and the account at the provider (docs/connections.md). Without a class none are sent.
SMS_BACKEND = env.str("SMS_BACKEND", default="")
SMS_LOGIN = env.str("SMS_LOGIN", default="")
SMS_PASSWORD = env.str("SMS_PASSWORD", default="")
SMS_SENDER = env.str("SMS_SENDER", default="")
SMS_API = env.str("SMS_API", default="")  # empty: the provider's own address
SMS_DAILY_BUDGET = env.str("SMS_DAILY_BUDGET", default="")  # in the currency of the account; empty: no limit
SMS_TIMEOUT = (3.05, 10.0)  # seconds to connect, and to wait for an answer

# Newsletters: other addresses of partners, for tests, such as UniSender=http://127.0.0.1:8000/double
MARKETING_API = env.dict("MARKETING_API", default={})
MARKETING_TIMEOUT = (3.05, 30.0)

# Telegram: the bot that sends customers what they chose to get there (docs/connections.md).
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", default="")
TELEGRAM_BOT_NAME = env.str("TELEGRAM_BOT_NAME", default="")
TELEGRAM_API = env.str("TELEGRAM_API", default="https://api.telegram.org")
