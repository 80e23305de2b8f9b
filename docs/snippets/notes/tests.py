from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import TestCase, override_settings
from django.urls import include, path

from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    WebSocketTestMixin,
    create_gateway,
)
from django_aws_api_gateway_websockets.urls import events

from .views import NoteSocket

urlpatterns = [
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
    events("notes/", NoteSocket),
]


@override_settings(ROOT_URLCONF="notes.tests")
class NoteTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/notes/")
        self.user = User.objects.create_user("ada")
        self.ada = GatewayClient(self.user)
        self.ada.connect()

    def ask(self, handler: str, **data: Any) -> Any:
        self.ada.send({"handler": handler, "id": "c1", **data})
        return self.ada.receive()

    def test_takes_a_note(self) -> None:
        reply = self.ask("write", text="Milk", copies=2)

        assert reply["data"] == ["Milk", "Milk"]

    # begin: refusal
    def test_names_each_field(self) -> None:
        reply = self.ask("write", copies="many")

        assert reply["error"] == {
            "code": "invalid_message",
            "message": "text: Write 1 to 200 characters. copies: Ask for 1 to 9 copies.",
            "fields": {
                "text": ["Write 1 to 200 characters."],
                "copies": ["Ask for 1 to 9 copies."],
            },
        }

    # end: refusal

    def test_takes_a_reminder(self) -> None:
        self.user.user_permissions.add(Permission.objects.get(codename="view_user"))

        reply = self.ask("remind", text="Milk", on="2026-02-01")

        assert reply["data"] == {"weekday": "Sunday"}

    def test_has_the_errors_of_the_form(self) -> None:
        self.user.user_permissions.add(Permission.objects.get(codename="view_user"))

        reply = self.ask("remind", on="soon")

        assert reply["error"]["fields"] == {
            "text": ["This field is required."],
            "on": ["Enter a valid date."],
        }

    def test_asks_for_the_permission(self) -> None:
        assert self.ask("remind")["error"]["code"] == "permission_denied"

    def test_knows_no_other_name(self) -> None:
        assert self.ask("send_reminder")["error"]["code"] == "unknown_handler"
