import re
from pathlib import Path

from django.conf import settings

PAGE = (Path(__file__).parents[2] / "docs" / "jobs.md").read_text()
SECTIONS = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=^## |\Z)", PAGE, flags=re.M | re.S))


def test_the_page_has_a_section_for_each_job_of_the_schedule_in_its_order():
    assert list(SECTIONS) == list(settings.JOB_SCHEDULE)


def test_each_section_says_when_the_job_runs_as_the_schedule_does():
    said = {job: text.split(".")[0] for job, text in SECTIONS.items()}

    assert said == {job: sentence_of(str(schedule)) for job, schedule in settings.JOB_SCHEDULE.items()}


def test_each_section_says_what_to_do_when_the_job_fails():
    assert [job for job, text in SECTIONS.items() if "*If it fails:*" not in text] == []


def sentence_of(schedule: str) -> str:
    return schedule.replace("every 1 min", "every minute").replace("daily ", "daily at ").capitalize()
