from typing import Any

from django.forms import ModelMultipleChoiceField
from unfold.forms import UserCreationForm as DressedUserCreationForm

from accounts.models import User
from cinema.roles import ROLES

NAMES = {role.code: role.name for role in ROLES}


def role_name(group: Any) -> str:
    """As people call it: the group's own name is the code."""
    return str(NAMES.get(group.name, group.name))


class RoleChoices(ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class UserCreationForm(DressedUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]
