"""What was announced."""

from __future__ import annotations

from django.db import models

__all__ = ["Announcement"]


class Announcement(models.Model):
    """One line that everybody on the dashboard sees at once."""

    text = models.CharField(max_length=200)
    author = models.CharField(max_length=63)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text
