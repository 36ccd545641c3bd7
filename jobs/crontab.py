"""Whether cron on this machine holds the schedule of the settings: django-crontab reports success even when it failed."""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

from django.conf import settings
from django_crontab.crontab import Crontab

from jobs.errors import CrontabUnusable
