from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class ReminderForm(forms.Form):
    text = forms.CharField(max_length=200)
    on = forms.DateField()


def by_form(form_class: type[forms.Form]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a schema that accepts what a form accepts."""

    def schema(body: dict[str, Any]) -> dict[str, Any]:
        form = form_class(body)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        return form.cleaned_data

    return schema
