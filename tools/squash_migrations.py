"""Writes the migration that makes the tables of all apps in an empty database: `python tools/squash_migrations.py`.

To run all migrations there takes minutes once they are many. A database in which one of them ran goes on with them:
they must stay, unlike the squashed one of before, which is written again. What later migrations put into an empty
database besides tables has to be added by hand; tests/contracts/test_migrations.py says what is missing.

An app counts its migrations on from its last one that was not squashed: one that changes nothing, if there is no other.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 (Django needs its settings)

django.setup()

from django.apps import apps  # noqa: E402
from django.db.migrations import CreateModel, Migration  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.db.migrations.state import ModelState  # noqa: E402
from django.db.migrations.writer import MigrationWriter  # noqa: E402
from django.utils import translation  # noqa: E402

from backoffice.migrations._create_tables import CreateTables  # noqa: E402

#: In the top app of those that are always installed: it knows all others. The demo makes its own tables.
HOME, NAME = "backoffice", "0001_squashed_all_apps"
TARGET = ROOT / HOME / "migrations" / f"{NAME}.py"
HEAD = '"""Makes the tables of all apps in an empty database. Written by tools/squash_migrations.py."""\n\n'
NEXT = '''\
"""Changes nothing: this app's next migration counts on from here, since the squashed one is in `{home}`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = []
'''


def main() -> None:
    TARGET.unlink(missing_ok=True)
    loader = MigrationLoader(None)
    plan = dict.fromkeys(key for leaf in sorted(loader.graph.leaf_nodes()) for key in loader.graph.forwards_plan(leaf))
    labels = [config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
    squashed = [label for label in labels if label in loader.migrated_apps and label != "demo"]
    originals = [key for key in plan if key[0] in squashed]
    parents = {node.key for key in originals for node in loader.graph.node_map[key].parents}

    class Squashed(Migration):
        replaces = originals
        dependencies = sorted(key for key in parents if key[0] not in squashed)
        operations = [CreateTables({label: creations(label) for label in squashed})]

    with translation.override(None):
        text = MigrationWriter(Squashed(NAME, HOME), include_header=False).as_string()
    TARGET.write_text(HEAD + re.sub(r"(?<=\[|,)\s?(?=\('[a-z_]+', '\d{4}_\w+'\))", "\n        ", text))
    for app in squashed:
        (last,) = [name for label, name in loader.graph.leaf_nodes(app)]
        following = ROOT / app / "migrations" / f"{int(last[:4]) + 1:04}_after_squash.py"
        following.write_text(NEXT.format(home=HOME, app=app, last=last))


def creations(app: str) -> list[CreateModel]:
    """The operations that create the models of an app as they are today."""
    states = [ModelState.from_model(model) for model in apps.get_app_config(app).get_models()]
    return [
        CreateModel(state.name, list(state.fields.items()), state.options, state.bases, state.managers)
        for state in states
    ]


if __name__ == "__main__":
    main()
