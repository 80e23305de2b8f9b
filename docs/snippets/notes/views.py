from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from django_aws_api_gateway_websockets.views import WebSocketView, handler

from .forms import ReminderForm, by_form
from .schemas import Note


class NoteSocket(WebSocketView):
    STRICT_HANDLERS = True

    @handler(schema=Note.from_message)
    def write(self, request: HttpRequest, note: Note, *args: Any, **kwargs: Any) -> list[str]:
        return [note.text] * note.copies

    @handler("remind", permissions=["auth.view_user"], schema=by_form(ReminderForm))
    async def send_reminder(
        self, request: HttpRequest, data: dict[str, Any], *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        return {"weekday": data["on"].strftime("%A")}
