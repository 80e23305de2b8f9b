"""Posts and comments in the admin."""

from __future__ import annotations

from django.contrib import admin

from .models import Comment, Post

admin.site.register([Comment, Post])
