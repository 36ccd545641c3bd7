"""Generates the tables of docs/roles.md as Markdown: which role may use which page and action."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db.models import Model
from django.utils import translation
from django.utils.text import capfirst

from accounts.roles import ROLES

VERBS = {"view": "see", "add": "add", "change": "change", "delete": "delete"}


def roles_table() -> str:
    """Both tables, in English whatever the installation's language."""
    with translation.override("en"):
        return "\n".join(["## Pages", "", *_pages(), "", "## Actions", "", *_actions()])


def models() -> list[type[Model]]:
    """The models on which any role has a permission."""
    named = {_model_of(permission)[0] for role in ROLES for permission in role.permissions}
    return [model for model in apps.get_models() if model in named]


def _pages() -> Iterator[str]:
    yield from _head("page")
    for model in models():
        if not model._meta.default_permissions:
            continue  # it has no page in the admin
        app, name = model._meta.app_label, model._meta.model_name
        yield _line(
            f"{capfirst(str(model._meta.verbose_name_plural))} `{app}.{name}`",
            (
                ", ".join(word for verb, word in VERBS.items() if f"{app}.{verb}_{name}" in role.permissions)
                for role in ROLES
            ),
        )


def _actions() -> Iterator[str]:
    yield from _head("action")
    for model in models():
        for codename, name in model._meta.permissions:
            permission = f"{model._meta.app_label}.{codename}"
            yield _line(f"{name} `{permission}`", ("yes" if permission in role.permissions else "" for role in ROLES))


def _head(title: str) -> Iterator[str]:
    yield _line(title, (str(role.name) for role in ROLES))
    yield "|---" * (len(ROLES) + 1) + "|"


def _line(first: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join([first, *(cell or "–" for cell in cells)]) + " |"


def _model_of(permission: str) -> tuple[type[Model], str]:
    """The model that declares the permission, and its codename. Raises `LookupError` if there is none."""
    app, codename = permission.split(".")
    for model in apps.get_app_config(app).get_models():
        own = [name for name, _label in model._meta.permissions]
        standard = [f"{verb}_{model._meta.model_name}" for verb in VERBS]
        if codename in [*own, *standard]:
            return model, codename
    raise LookupError(permission)
