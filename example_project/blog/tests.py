"""The blog, tested without a network."""

from __future__ import annotations

from config.testing import ExampleTestCase
from django.contrib.auth.models import User

from django_aws_api_gateway_websockets.testing import GatewayClient

from .models import Comment, Post

__all__ = ["BlogTests"]

SLUG = "one-socket-is-plenty"


class BlogTests(ExampleTestCase):
    """The pages and their connections."""

    def setUp(self) -> None:
        """Open the list and a post."""
        super().setUp()
        self.grace = User.objects.get(username="grace")
        self.list, self.post = GatewayClient(self.grace), GatewayClient(self.grace)
        self.list.connect("blog")
        self.post.connect(f"blog_{SLUG}")

    def test_the_list_takes_everything_from_the_app(self) -> None:
        """The app's name is the route key and the channel."""
        self.client.force_login(self.grace)
        context = self.client.get("/blog/").context

        assert context["api_gateway_route"].route_key == "blog"
        assert context["channel_name"] == "blog"

    def test_a_post_has_a_channel_of_its_own(self) -> None:
        """The route key stays the app's."""
        self.client.force_login(self.grace)
        context = self.client.get(f"/blog/{SLUG}/").context

        assert context["api_gateway_route"].route_key == "blog"
        assert context["channel_name"] == f"blog_{SLUG}"

    def test_applause_reaches_readers_and_list(self) -> None:
        """Both get the new count."""
        self.post.send({"action": "blog", "handler": "applaud", "post": SLUG})

        message = {"post": SLUG, "type": "applause", "count": 1}
        assert (self.post.receive(), self.list.receive()) == (message, message)
        assert Post.objects.get(slug=SLUG).applause == 1

    def test_a_comment_reaches_readers_and_list(self) -> None:
        """It is stored under the name of whoever is connected."""
        self.post.send({"action": "blog", "handler": "comment", "post": SLUG, "text": "Indeed"})

        assert self.list.receive()["count"] == 1
        assert self.post.receive()["text"] == "Indeed"
        assert Comment.objects.get().author == self.grace

    def test_an_unknown_post_is_refused(self) -> None:
        """The page learns it when it asks for a reply."""
        self.post.send({"action": "blog", "handler": "applaud", "post": "none", "id": "c1"})

        assert self.post.receive()["error"]["code"] == "unknown_post"
