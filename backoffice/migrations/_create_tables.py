from django.db.migrations.operations.base import Operation


class CreateTables(Operation):
    """Create the models of several apps at once.

    Django renders a model again, with all that are related to it, after each operation: in an empty database that is
    nearly all the time that migrations take. These are rendered once, after the last. Apps may refer to one another
    in a circle: the database checks its foreign keys at the end of the migration.
    """

    serialization_expand_args = ["tables"]

    def __init__(self, tables):
        self.tables = tables

    def deconstruct(self):
        return self.__class__.__name__, [], {"tables": self.tables}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # the rendered models, a cached property
        for app, operation in self._operations():
            operation.state_forwards(app, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for app, operation in self._operations():
            operation.database_forwards(app, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for app, operation in reversed(self._operations()):
            operation.database_backwards(app, schema_editor, from_state, to_state)

    def describe(self):
        return "Create the tables of " + ", ".join(self.tables)

    def _operations(self):
        return [(app, operation) for app, operations in self.tables.items() for operation in operations]
