from django.db.migrations.operations.base import Operation


class Together(Operation):
    """Several operations, after all of which the models are rendered once.

    Django renders a model, and all that are related to it, after each operation: in an empty database that is nearly
    all the time that migrations take. Only for operations of which none needs the models as another one left them:
    those that create models, in the order of their relations, or change nothing in the database.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return self.__class__.__name__, [], {"operations": self.operations}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # the rendered models, a cached property
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "; ".join(operation.describe() for operation in self.operations)
