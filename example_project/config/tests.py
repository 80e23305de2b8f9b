"""Signing in, and what a visitor sees."""

from __future__ import annotations

from django.test import TestCase, override_settings

from .testing import ExampleTestCase

__all__ = ["HomeTests", "SignInTests"]


class HomeTests(TestCase):
    """The start page."""

    def test_offers_both_people(self) -> None:
        """A visitor can become either of them."""
        response = self.client.get("/")

        self.assertContains(response, "Sign in as Ada")
        self.assertContains(response, "Sign in as Grace")

    def test_asks_for_a_login_elsewhere(self) -> None:
        """Every other page sends a visitor here, and back when signed in."""
        self.assertRedirects(self.client.get("/chat/"), "/?next=/chat/")


@override_settings(DEBUG=True)
class SignInTests(ExampleTestCase):
    """The sign-in buttons."""

    def test_signs_in(self) -> None:
        """The button leads to the page that was asked for."""
        response = self.client.post("/sign-in/", {"username": "ada", "next": "/chat/"})

        self.assertRedirects(response, "/chat/")

    def test_leads_to_no_other_site(self) -> None:
        """A link cannot send somebody away by signing in."""
        response = self.client.post("/sign-in/", {"username": "ada", "next": "//evil.example/"})

        self.assertRedirects(response, "/dashboard/")

    def test_knows_the_demo_users_alone(self) -> None:
        """Nobody else can be signed in as."""
        assert self.client.post("/sign-in/", {"username": "root"}).status_code == 404

    @override_settings(DEBUG=False)
    def test_is_for_development_alone(self) -> None:
        """A deployed project has no sign-in without a password."""
        assert self.client.post("/sign-in/", {"username": "ada"}).status_code == 404

    def test_signs_out(self) -> None:
        """The way back leads to the start page."""
        self.client.post("/sign-in/", {"username": "ada"})

        self.assertRedirects(self.client.post("/sign-out/"), "/")
        assert "_auth_user_id" not in self.client.session
