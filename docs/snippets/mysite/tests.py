from __future__ import annotations

import os
import runpy
from unittest import mock

from django.test import Client, TestCase, override_settings

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32


def production(secrets: str) -> dict[str, list[str]]:
    with mock.patch.dict(os.environ, {"GATEWAY_SECRETS": secrets}):
        return runpy.run_module("mysite.production")["WEBSOCKETS"]


class SecretTests(TestCase):
    def answer(self, secret: str) -> str:
        headers = {"X-Ws-Gateway-Secret": secret}
        return Client().post("/wall/connect", headers=headers).content.decode()

    def test_accepts_each_secret_of_the_list(self) -> None:
        with override_settings(WEBSOCKETS=production(f"{OLD} {NEW}\n")):
            answers = [self.answer(secret) for secret in (OLD, NEW, OTHER, "")]

        # An accepted request is refused for its other headers.
        passed, refused = "Invalid request headers", "Invalid request"
        assert answers == [passed, passed, refused, refused]

    def test_refuses_everything_with_a_secret_that_is_too_short(self) -> None:
        with override_settings(WEBSOCKETS=production("short")):
            answers = [self.answer(secret) for secret in ("short", "")]

        assert answers == ["Invalid request", "Invalid request"]
