"""Tokens are stored hashed from here on; clear ones, at most minutes old, are dropped."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def delete_clear_tokens(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Delete every token; pages fetch a new one before each connection."""
    model = apps.get_model("django_aws_api_gateway_websockets", "WebSocketToken")
    model.objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("django_aws_api_gateway_websockets", "0016_gateway_columns")]

    operations = [
        migrations.RunPython(delete_clear_tokens, migrations.RunPython.noop, elidable=True)
    ]
