"""What a project sets and overrides on a view has the defaults and the meaning of 4.1."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, AnonymousUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import ConnectionRefused, MessageRefused
from django_aws_api_gateway_websockets.models import ChannelPermission
from django_aws_api_gateway_websockets.views.base import WebSocketViewBase

WRITE, READ = "auth.change_group", "auth.view_group"


class Reader(User):
    """Has one permission."""

    class Meta:
        proxy = True
        app_label = "auth"

    def has_perms(self, perm_list: Any, obj: object = None) -> bool:
        """Return whether nothing else is asked for."""
        return list(perm_list) == [READ]


def request_of(user: AbstractUser | AnonymousUser) -> HttpRequest:
    """Return a request of a user."""
    request = HttpRequest()
    request.user = user  # type: ignore[assignment]  # the plugin knows the configured model alone
    return request


class TestDefaults:
    """A view that sets nothing."""

    def test_attributes(self) -> None:
        """The values that running projects count on."""
        view = WebSocketViewBase()

        assert view.SEND_EXCEPTION_MAIL is True
        assert view.EXCEPTION_MAIL_INTERVAL == 60
        assert view.MAX_BODY_SIZE == 131_072
        assert view.MAX_CHANNEL_NAME_LENGTH == 128
        assert view.ALLOW_UNLISTED_CHANNELS is True
        assert view.CHECK_PERMISSIONS_ON_CONNECT is False
        assert frozenset({"default", "change_channel"}) == view.BASE_HANDLERS
        assert view.USE_WS_TOKEN is True
        assert view.RATE_LIMIT_ENABLED is True
        assert view.CHECK_CONNECT_USERAGENT is False
        assert view.expected_useragent_prefix == "AmazonAPIGateway_"
        assert (view.handler_selection_key, view.route_selection_key) == ("handler", "action")
        assert (view.debug, view.debug_log, view.body, view.model) == (False, [], {}, None)

    def test_headers(self) -> None:
        """The headers that API Gateway sends, and no other, as lists that a project adds to."""
        view = WebSocketViewBase()

        assert view.required_headers == [
            "Host",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "Content-Length",
            "Connectionid",
            "User-Agent",
            "X-Amzn-Apigateway-Api-Id",
        ]
        assert view.additional_required_headers == ["X-Amzn-Trace-Id"]
        assert view.required_connection_headers == [
            "Sec-Websocket-Key",
            "Sec-Websocket-Version",
        ]

    def test_lists(self) -> None:
        """What projects of 4.1 add a list to is a list."""
        view = WebSocketViewBase()

        assert view.ADDITIONAL_ALLOWED_HANDLERS == []
        assert view.permissions_required == []
        assert view.all_permissions_required == []

    def test_default_handler(self) -> None:
        """A view without one says so."""
        with pytest.raises(
            NotImplementedError,  # error and text of 4.1, which projects may expect
            match=r"^This logic needs to be defined within the subclass$",
        ):
            WebSocketViewBase().default(HttpRequest())

    def test_additional_checks(self) -> None:
        """There are none."""
        assert WebSocketViewBase()._additional_connection_checks(HttpRequest()) == (True, "")

    def test_is_not_asynchronous(self) -> None:
        """An asynchronous handler that is named like an HTTP method changes nothing."""

        class View(WebSocketViewBase):
            async def delete(self, request: HttpRequest) -> None:
                """Delete a message."""

            def get(self, request: HttpRequest) -> None:
                """Return a message."""

        assert View.view_is_async is False


class TestRateLimit:
    """The limit is the view's, else that of the settings."""

    def test_of_the_settings(self, settings: Settings) -> None:
        """They are read for each request."""
        settings.WEBSOCKETS = {"rate_limit_max_attempts": 7, "rate_limit_window_minutes": 3}

        view = WebSocketViewBase()

        assert (view.RATE_LIMIT_MAX_ATTEMPTS, view.RATE_LIMIT_WINDOW_MINUTES) == (7, 3)

    def test_of_the_view(self) -> None:
        """A view's own go before them."""
        view = WebSocketViewBase(RATE_LIMIT_MAX_ATTEMPTS=2, RATE_LIMIT_WINDOW_MINUTES=9)

        assert (view.RATE_LIMIT_MAX_ATTEMPTS, view.RATE_LIMIT_WINDOW_MINUTES) == (2, 9)


class TestChannelName:
    """A channel has a name of letters, digits, hyphens and underscores."""

    @pytest.mark.parametrize("name", ["a", "Room_1-b", "x" * 128])
    def test_is_one(self, name: str) -> None:
        """Up to 128 of them."""
        assert WebSocketViewBase().is_channel_name(name)

    @pytest.mark.parametrize("name", ["", "room\n", "a b", "x" * 129, "\xe9", None, 7, ["a"]])
    def test_is_none(self, name: object) -> None:
        """Anything else is not, though the pattern ends in ``$``."""
        assert not WebSocketViewBase().is_channel_name(name)

    def test_own_pattern(self) -> None:
        """A view may have other names."""
        view = WebSocketViewBase(CHANNEL_NAME_PATTERN=re.compile(r"#.+"), MAX_CHANNEL_NAME_LENGTH=3)

        assert view.is_channel_name("#ab")
        assert not view.is_channel_name("#abc")
        assert not view.is_channel_name("ab")


@pytest.mark.django_db
class TestJoining:
    """Who may join a channel is in its row."""

    def test_listed(self) -> None:
        """The row decides."""
        ChannelPermission.objects.create(channel_name="room", access="staff_only")
        view = WebSocketViewBase()

        assert view.can_join_channel(request_of(User(is_staff=True)), "room")
        assert not view.can_join_channel(request_of(User()), "room")

    @pytest.mark.parametrize("allowed", [True, False])
    @pytest.mark.parametrize("channel", ["room", ""])
    def test_unlisted(self, allowed: bool, channel: str) -> None:
        """Without a row, or without a channel, the view decides."""
        view = WebSocketViewBase(ALLOW_UNLISTED_CHANNELS=allowed)

        assert view.can_join_channel(request_of(AnonymousUser()), channel) is allowed

    def test_own_row(self) -> None:
        """A view may take the permission from elsewhere."""

        class View(WebSocketViewBase):
            def get_channel_permission(self, channel_name: str) -> ChannelPermission:
                return ChannelPermission(access="staff_only")

        assert not View().can_join_channel(request_of(User()), "room")


class TestViewPermissions:
    """A view asks for any of some permissions, or for all of others."""

    @pytest.mark.parametrize(
        ("any_of", "all_of", "allowed"),
        [
            ([], [], True),
            ([READ, WRITE], [], True),
            ([WRITE], [], False),
            ([], [READ], True),
            ([], [READ, WRITE], False),
            ([READ], [WRITE], False),
            ([WRITE], [READ], True),
        ],
    )
    def test_asked_for(self, any_of: list[str], all_of: list[str], allowed: bool) -> None:
        """All-of wins where both are set."""
        view = WebSocketViewBase(permissions_required=any_of, all_permissions_required=all_of)

        assert view.has_view_permissions(request_of(Reader())) is allowed

    def test_visitor(self) -> None:
        """A visitor has none."""
        view = WebSocketViewBase(permissions_required=[READ])

        assert not view.has_view_permissions(request_of(AnonymousUser()))

    def test_own_rule(self) -> None:
        """A view may have a rule of its own."""

        class View(WebSocketViewBase):
            permissions_required = (READ,)

            def has_any_permission(self, request: HttpRequest) -> bool:
                return True

        assert View().has_view_permissions(request_of(AnonymousUser()))


def answer(response: HttpResponseBase) -> tuple[int, bytes]:
    """Return status and text."""
    assert isinstance(response, HttpResponse)
    return response.status_code, response.content


class TestRefusals:
    """Each refusal has its hook, and each hook its text."""

    @pytest.mark.parametrize(
        ("code", "status", "text"),
        [
            ("invalid_secret", 403, b"Invalid request"),
            ("missing_headers", 400, b"Invalid request headers"),
            ("unknown_gateway", 400, b"Invalid request headers"),
            ("event_type_mismatch", 400, b"Invalid request headers"),
            ("unexpected_useragent", 400, b"Unexpected Useragent"),
            ("session_not_found", 400, b"Invalid connection ID"),
            ("login_ended", 400, b"Invalid connection ID"),
            ("permission_denied", 403, b"Permission Denied"),
            ("channel_denied", 403, b"Permission Denied"),
            ("invalid_format", 400, b"Invalid request format (1)"),
        ],
    )
    def test_hook(self, code: str, status: int, text: bytes) -> None:
        """The text is the hook's."""
        response = WebSocketViewBase()._refusal_response(MessageRefused(code, "-"), HttpRequest())

        assert answer(response) == (status, text)

    def test_other(self) -> None:
        """A refusal without a hook speaks for itself."""
        refusal = ConnectionRefused("full", "The room is full", status=409)

        response = WebSocketViewBase()._refusal_response(refusal, HttpRequest())

        assert answer(response) == (409, b"The room is full")

    def test_overridden(self) -> None:
        """A view may answer in its own way; the hook gets the URL's arguments."""

        class View(WebSocketViewBase):
            def permission_denied(
                self, request: HttpRequest, *args: Any, **kwargs: Any
            ) -> HttpResponse:
                return HttpResponse(kwargs["route"], status=401)

        refusal = MessageRefused("permission_denied", "-")

        response = View()._refusal_response(refusal, HttpRequest(), route="default")

        assert answer(response) == (401, b"default")

    @pytest.mark.parametrize("key", ["action", "route"])
    def test_missing_route_key(self, key: str) -> None:
        """A hook of 4.1 that nothing calls has its text still, and says that it goes."""
        view = WebSocketViewBase(route_selection_key=key)

        with pytest.warns(DeprecationWarning, match=r"^route_selection_key_missing\(\) is depr"):
            response = view.route_selection_key_missing(HttpRequest(), route="default")

        text = f"route_select_key {key} missing from request body.".encode()
        assert answer(response) == (400, text)


class TestDebugging:
    """A view that is being debugged keeps what it did."""

    def test_off(self) -> None:
        """Usually it does not."""
        view = WebSocketViewBase()

        view._debug("x")

        assert view.debug_log == []

    @pytest.mark.parametrize("text", ["<b>", "x" * 600])
    def test_on(self, text: str) -> None:
        """Entries are safe to show in a page, and short."""
        view = WebSocketViewBase(debug=True)

        view._debug(text)

        assert view.debug_log == [text.replace("<b>", "&lt;b&gt;")[:500]]

    def test_on_for_the_class(self) -> None:
        """The class may say it, too."""

        class View(WebSocketViewBase):
            debug = True

        view = View()
        view._debug("x")

        assert view.debug_log == ["x"]

    def test_log_of_the_class(self) -> None:
        """Each request has a log of its own."""
        assert WebSocketViewBase().debug_log is not WebSocketViewBase().debug_log

    def test_no_log(self) -> None:
        """A subclass may throw the log away."""
        view = WebSocketViewBase(debug=True)
        view.debug_log = None

        view._debug("x")

        assert view.debug_log is None
