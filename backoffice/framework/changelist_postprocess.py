"""A list of the admin after it was drawn: what its skin leaves to be done to the text of the page."""

import re
from collections import defaultdict

from django.template.response import SimpleTemplateResponse

NUMBER = re.compile(r"[-+]?\d{1,3}(?:[\s,]?\d{3})*(?:[.,]\d+)?(?:\xa0\S{1,3})?")  # an amount ends with its sign


def squeeze(answer: SimpleTemplateResponse) -> None:
    """A third of a list's page is indentation, which the phone in the foyer need not load."""
    answer.content = re.sub(rb"[ \t\n]{2,}", lambda run: b"\n" if b"\n" in run[0] else b" ", answer.content)


def begin_labels(answer: SimpleTemplateResponse) -> None:
    """What stands beside a value on a phone begins as the heads of columns do."""
    answer.content = re.sub(r'(?<= data-label=")\w', lambda first: first[0].upper(), answer.content.decode())


def align_numbers(answer: SimpleTemplateResponse) -> None:
    """A column of nothing but numbers stands one beneath the other, its head above them."""
    text, columns = answer.content.decode(), defaultdict[str, set[str]](set)
    for name, value in re.findall(r'<td class="field-(\w+)[^"]*" data-label="[^"]*">([^<]*)<', text):
        columns[name].add(value)
    said = {name: values - {"–"} for name, values in columns.items()}
    numbers = [name for name, values in said.items() if values and all(map(NUMBER.fullmatch, values))]
    if numbers:
        text = re.sub(rf'(?<=[" ])(?:field|column)-(?:{"|".join(numbers)})(?=[" ])', r"number \g<0>", text)
    answer.content = text
