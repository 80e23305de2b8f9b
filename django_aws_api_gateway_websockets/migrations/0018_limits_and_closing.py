"""Limits that hold under concurrency, tokens of visitors, and sessions that AWS has still to close."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def delete_tokens_of_visitors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Delete what the older column cannot hold."""
    model = apps.get_model("django_aws_api_gateway_websockets", "WebSocketToken")
    model.objects.using(schema_editor.connection.alias).filter(user=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("django_aws_api_gateway_websockets", "0017_hash_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="connectionratelimit",
            name="previous_of_address",
            field=models.BigIntegerField(blank=True, default=None, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="connectionratelimit",
            name="previous_of_user",
            field=models.BigIntegerField(blank=True, default=None, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="websocketsession",
            name="close_code",
            field=models.CharField(
                blank=True,
                default=None,
                editable=False,
                help_text="Why the connection, ended here, has still to be closed in AWS.",
                max_length=32,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="websockettoken",
            name="auth_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64
            ),
        ),
        migrations.AddField(
            model_name="websockettoken",
            name="ip_address",
            field=models.GenericIPAddressField(
                blank=True,
                default=None,
                editable=False,
                help_text="Of a visitor; else empty.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="websockettoken",
            name="previous",
            field=models.BigIntegerField(blank=True, default=None, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="websockettoken",
            name="user",
            field=models.ForeignKey(
                blank=True,
                default=None,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="websocket_tokens",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="websocketsession",
            index=models.Index(fields=["close_code"], name="ws_session_close_code"),
        ),
        migrations.AddConstraint(
            model_name="connectionratelimit",
            constraint=models.UniqueConstraint(
                fields=("ip_address", "previous_of_address"), name="ws_attempt_after_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="connectionratelimit",
            constraint=models.UniqueConstraint(
                fields=("user", "previous_of_user"), name="ws_attempt_after_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="websockettoken",
            constraint=models.UniqueConstraint(
                fields=("user", "previous"), name="ws_token_after_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="websockettoken",
            constraint=models.UniqueConstraint(
                fields=("ip_address", "previous"), name="ws_token_after_address"
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, delete_tokens_of_visitors, elidable=True),
    ]
