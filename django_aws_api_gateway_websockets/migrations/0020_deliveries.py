"""Messages that are sent in the background, and who has still to be sent them: two new tables."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("django_aws_api_gateway_websockets", "0019_deployment_due"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_on", models.DateTimeField(auto_now_add=True)),
                ("payload", models.BinaryField()),
                (
                    "database",
                    models.CharField(
                        help_text="Alias under which the sessions are.", max_length=128
                    ),
                ),
                ("max_workers", models.PositiveIntegerField(blank=True, default=None, null=True)),
            ],
            options={"verbose_name_plural": "deliveries"},
        ),
        migrations.CreateModel(
            name="DeliveryShard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("keys", models.JSONField(help_text="Primary keys of sessions.")),
                (
                    "position",
                    models.PositiveIntegerField(
                        default=0, help_text="How many of the keys are done, from the first on."
                    ),
                ),
                ("enqueued_on", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_until", models.DateTimeField(blank=True, default=None, null=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shards",
                        to="django_aws_api_gateway_websockets.delivery",
                    ),
                ),
            ],
        ),
    ]
