"""Posts, and what readers say about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

__all__ = ["Comment", "Post"]


class Post(models.Model):
    """Something to read, to applaud and to comment on."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    body = models.TextField()
    applause = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the post's page."""
        return reverse("blog:post", kwargs={"slug": self.slug})

    @property
    def channel(self) -> str:
        """The channel of those who are reading this post."""
        return f"blog_{self.slug}"


class Comment(models.Model):
    """What a reader says."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
