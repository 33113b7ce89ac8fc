"""The record of moderation only grows: the database itself refuses to change or delete a row of it, and to empty it."""

from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "moderation_act"
TRIGGER = "moderation_act_only_grows"
MESSAGE = "The record of moderation only grows: its rows are neither changed nor deleted."

POSTGRESQL = f"""
    CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END
    $$;
    CREATE TRIGGER {TRIGGER} BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TRIGGER}();
"""
NO_POSTGRESQL = f"DROP TRIGGER {TRIGGER} ON {TABLE}; DROP FUNCTION {TRIGGER}();"
# For TRUNCATE, which `manage.py flush` uses, too.
NEVER_EMPTIED = f"""
    CREATE TRIGGER {TRIGGER}_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {TRIGGER}();
"""
MAY_BE_EMPTIED = f"DROP TRIGGER {TRIGGER}_truncate ON {TABLE};"
SQLITE = {
    f"{TRIGGER}_{event}": f"BEFORE {event} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for event in ("update", "delete")
}


def make(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(NO_POSTGRESQL)


def refuse_truncate(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(NEVER_EMPTIED)


def allow_truncate(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAY_BE_EMPTIED)


def install(**_: Any) -> None:
    """After `migrate`, which makes SQLite's tables anew, and loses their triggers. Safe to repeat."""
    if connection.vendor == "sqlite" and TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for name, rule in SQLITE.items():
                cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rule}")
