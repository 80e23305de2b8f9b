"""A migration that waits for one of 4.1.0 by name, as projects have them."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("django_aws_api_gateway_websockets", "0011_channelpermission_channelpermissionrule"),
    ]
    operations = []
