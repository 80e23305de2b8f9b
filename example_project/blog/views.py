"""A blog: pages that take their app's name as the route key, and as the channel unless told."""

from __future__ import annotations

from typing import Any

from config.people import signed_in_user
from django.db.models import Count, F
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from django_aws_api_gateway_websockets.exceptions import MessageRefused
from django_aws_api_gateway_websockets.mixins import AppChannelWebSocketMixin
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.views import WebSocketView

from .models import Comment, Post

__all__ = ["BlogSocket", "PostListView", "PostView"]

LIST_CHANNEL = "blog"


class PostListView(AppChannelWebSocketMixin, TemplateView):
    """Lists the posts; its route key is ``blog``, and so is its channel."""

    template_name = "blog/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the posts."""
        posts = Post.objects.annotate(comment_count=Count("comments")).order_by("pk")
        return super().get_context_data(posts=posts, **kwargs)


class PostView(AppChannelWebSocketMixin, TemplateView):
    """Shows one post; the route key stays ``blog``, the channel is the post's own."""

    template_name = "blog/post.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the post with its comments."""
        post = get_object_or_404(Post, slug=self.kwargs["slug"])
        self.app_channel_override = post.channel
        comments = post.comments.select_related("author")
        return super().get_context_data(post=post, comments=comments, **kwargs)


class BlogSocket(WebSocketView):
    """Answers the messages that the pages of the blog send."""

    ALLOWED_HANDLERS = frozenset({"applaud", "comment"})
    STRICT_HANDLERS = True

    def applaud(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Count one clap more, and tell the readers of the post and of the list."""
        post = self._get_post()
        Post.objects.filter(pk=post.pk).update(applause=F("applause") + 1)
        post.refresh_from_db(fields=["applause"])
        self._tell_readers(post, {"type": "applause", "count": post.applause})

    def comment(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Store a comment, and tell the readers of the post and of the list."""
        text = str(self.body.get("text", "")).strip()
        if not 0 < len(text) <= 500:
            raise MessageRefused("invalid_text", "A comment has 1 to 500 characters.")
        post, author = self._get_post(), signed_in_user(request)
        comment = Comment.objects.create(post=post, author=author, text=text)
        message = {
            "type": "comment",
            "id": comment.pk,
            "username": author.get_username(),
            "author": author.get_short_name(),
            "text": text,
            "at": comment.created_at,
            "count": post.comments.count(),
        }
        self._tell_readers(post, message)

    def _get_post(self) -> Post:
        post = Post.objects.filter(slug=str(self.body.get("post", ""))).first()
        if post is None:
            raise MessageRefused("unknown_post", "There is no such post.", status=404)
        return post

    def _tell_readers(self, post: Post, message: dict[str, Any]) -> None:
        readers = WebSocketSession.objects.filter(
            channel_name__in=[LIST_CHANNEL, post.channel], connected=True
        )
        readers.send_message({"post": post.slug, **message})
