"""python -m tests.postgres --durable -- python -m tests.bench [--small] [--tickets NUMBER] [WORD ...]

Measures what the project promises and prints one table; a WORD picks the rows whose name it is in. Ratios are taken in
one process, in turn with what they are compared to; pages are medians of visits. Nothing fails for being slow; it does
when the jobs and the SQL that is written by hand do not write the same, or the books do not balance after both.
"""

import argparse
import logging
import os
import sys
import time
from dataclasses import replace

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.db import connection  # noqa: E402 (models need the settings)

from tests.bench.rows import FULL, SMALL, Bench  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("only", nargs="*", metavar="WORD", help="only the rows whose name has one of these words")
    parser.add_argument("--small", action="store_true", help="a quick trial: the figures mean nothing")
    parser.add_argument("--tickets", type=int, metavar="NUMBER", help="behind the reports; a million without it")
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        print(
            "The bench needs PostgreSQL: python -m tests.postgres --durable -- python -m tests.bench", file=sys.stderr
        )
        return 2
    logging.disable(logging.WARNING)  # a page that a role may not open is no news here
    begun = time.monotonic()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        scale = SMALL if options.small else FULL
        if options.tickets:
            scale = replace(scale, history=replace(scale.history, tickets=options.tickets))
        bench = Bench(scale, only=options.only, tell=lambda text: print(text, flush=True))
        bench.run()
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)
    print(f"Load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
