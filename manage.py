#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema.settings")
    from django.core.management import execute_from_command_line

    from cinema.environment import keep_files_private

    keep_files_private(next(iter(sys.argv[1:]), ""))

    execute_from_command_line(sys.argv)
