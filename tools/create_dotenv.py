"""Creates a `.env` for development: `python -m tools.create_dotenv`. Leaves an existing one unchanged."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

from cinema.environment import keep_files_private

BASE_DIR = Path(__file__).resolve().parent.parent

TEMPLATE = """\
# Settings of this machine, created by `make demo`. Change them as you like; git ignores this file.

# Shows errors in full and allows plain HTTP: for development only.
DEBUG=true

# Signs sessions and links. Keep it: a new key signs everybody out.
SECRET_KEY={secret}

# In production postgres://USER:PASSWORD@HOST/NAME
DATABASE_URL=sqlite:///var/cinema.sqlite3

# E-mails are written to files here. In production smtp+tls://USER:PASSWORD@HOST:587
EMAIL_URL=filemail:///{mail}

# Texts to phones, and newsletters, go to doubles: /webhooks/demo-sms/ and /webhooks/demo-newsletters/
SMS_BACKEND=integrations.sms.smsru.SmsRu
SMS_PASSWORD=demo
SMS_API=http://127.0.0.1:8000/webhooks/demo-sms
MARKETING_API=UniSender=http://127.0.0.1:8000/webhooks/demo-newsletters

# The default language, ru or en; people can choose the other
LANGUAGE_CODE=ru
"""


def create(path: Path) -> bool:
    """Create the file, readable by its owner only. Returns False if it exists already."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    # The key has hexadecimal digits only: $, # and quotes have a meaning in a .env file.
    with os.fdopen(file, "w") as content:
        content.write(TEMPLATE.format(secret=secrets.token_hex(32), mail=quote(str(path.parent / "var" / "mail"))))
    return True


if __name__ == "__main__":
    keep_files_private()
    (BASE_DIR / "var" / "mail").mkdir(parents=True, exist_ok=True)
    create(BASE_DIR / ".env")
