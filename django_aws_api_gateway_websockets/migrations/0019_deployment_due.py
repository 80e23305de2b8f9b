"""Remembers that something was changed in AWS and has still to be deployed."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("django_aws_api_gateway_websockets", "0018_limits_and_closing"),
    ]

    operations = [
        migrations.AddField(
            model_name="apigateway",
            name="deployment_due",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Something was changed in AWS that is not deployed yet.",
            ),
        ),
    ]
