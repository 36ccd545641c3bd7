"""Backs up the database of the settings with pg_dump: `python tools/backup.py FILE`.

The password goes to pg_dump in its environment, so that no list of processes shows it. SQLite, the database of a
developer's machine, is not backed up.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
#: How libpq calls the parameters of a connection in the environment.
NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema.settings")


def main(file: str) -> int:
    from django.db import connection

    if connection.vendor != "postgresql":
        print("nothing to back up: the database is not PostgreSQL")
        return 0
    given = connection.get_connection_params()
    environment = {name: str(given[key]) for key, name in NAMES.items() if given.get(key)}
    os.umask(0o077)
    return subprocess.run(["pg_dump", "--format=custom", f"--file={file}"], env=os.environ | environment).returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/backup.py FILE")
    sys.exit(main(sys.argv[1]))
