"""What a gateway knows of itself beyond 4.1; every column has a default that the database fills in."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("django_aws_api_gateway_websockets", "0001_squashed_0015"),
    ]

    operations = [
        migrations.AddField(
            model_name="apigateway",
            name="claimed_at",
            field=models.DateTimeField(blank=True, default=None, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="apigateway",
            name="creation_id",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            model_name="apigateway",
            name="headers_mapped",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="All integrations of this gateway map the trusted X-Ws-* headers.",
            ),
        ),
        migrations.AddField(
            model_name="apigateway",
            name="two_way",
            field=models.BooleanField(
                db_default=False,
                default=True,
                help_text="What a handler returns reaches the client as the answer of its route.",
            ),
        ),
    ]
