"""Searches every admin page of the app for a term, as a superuser would."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser
from django.test import Client
from django.urls import reverse

from tests.upgrade.project import APP

__all__ = ["Command"]


class Command(BaseCommand):
    """Print a line for each page: the model, the status and the number of rows found."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("term")

    def handle(self, *args: Any, term: str, **options: Any) -> None:
        client = Client(headers={"host": "localhost"})
        client.force_login(
            get_user_model().objects.create(email="root@test", is_staff=True, is_superuser=True)
        )
        for model in admin.site._registry:
            if model._meta.app_label == APP:
                url = reverse(f"admin:{APP}_{model._meta.model_name}_changelist")
                page = client.get(url, {"q": term})
                count = page.text.count('class="action-select"')
                self.stdout.write(f"{model.__name__} {page.status_code} {count}")
