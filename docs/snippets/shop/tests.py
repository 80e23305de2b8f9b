from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.test import TestCase

from django_aws_api_gateway_websockets.exceptions import AccessDenied
from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    WebSocketTestMixin,
    assert_nothing_sent,
    create_gateway,
    failing_transport,
)
from shop.messages import (
    announce,
    announce_and_look,
    announce_to_all,
    congratulate,
    remind,
    rename,
    tell_others,
)


class ShopTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/wall/")
        self.ada, self.bob = (User.objects.create_user(name) for name in ("ada", "bob"))
        self.page_of_ada = self.open(self.ada, "shop")
        self.page_of_bob = self.open(self.bob, "shop")
        self.elsewhere = self.open(self.ada, "cellar")

    def open(self, user: User, channel: str) -> GatewayClient:
        page = GatewayClient(user)
        page.connect(channel)
        return page

    def test_announces_to_the_channel(self) -> None:
        assert announce("Closing soon") == 2

        assert self.page_of_ada.receive() == {"announcement": "Closing soon"}
        assert_nothing_sent(to=self.elsewhere)

    def test_reminds_a_user_on_all_pages(self) -> None:
        remind(self.ada)

        assert self.page_of_ada.receive() == self.elsewhere.receive()
        assert_nothing_sent(to=self.page_of_bob)

    def test_tells_others(self) -> None:
        tell_others(self.page_of_ada.session, "Hello")

        assert self.page_of_bob.receive() == {"text": "Hello"}
        assert_nothing_sent(to=self.page_of_ada)

    def test_tells_all_when_nobody_speaks(self) -> None:
        tell_others(None, "Hello")

        assert self.page_of_ada.receive() == {"text": "Hello"}

    # begin: commit
    def test_name_is_sent_after_the_commit(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            rename(self.ada, "Ada")
            assert_nothing_sent()

        assert self.page_of_ada.receive() == {"name": "Ada"}

    # end: commit

    def test_name_is_not_sent_after_a_rollback(self) -> None:
        with self.captureOnCommitCallbacks(execute=True), transaction.atomic():
            rename(self.ada, "Ada")
            transaction.set_rollback(True)

        assert_nothing_sent()

    def test_announces_to_all_by_tasks(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            announce_to_all("Closing soon")
            assert_nothing_sent()

        assert self.page_of_bob.receive() == self.elsewhere.receive()

    def test_congratulates(self) -> None:
        congratulate([self.ada, self.bob])

        assert self.page_of_bob.receive() == {"prize": "A basket of fruit"}

    def test_says_how_many_have_it(self) -> None:
        assert announce_and_look("Closing soon").startswith("2 of 2 have it, ")

    def test_says_that_a_policy_is_missing(self) -> None:
        with failing_transport(AccessDenied):
            assert announce_and_look("Closing soon").startswith("The IAM policy")

    def test_logs_each_delivery(self) -> None:
        with self.assertLogs("shop.messages") as logs:
            announce("Closing soon")

        assert logs.records[0].getMessage().startswith("2 sent in ")
