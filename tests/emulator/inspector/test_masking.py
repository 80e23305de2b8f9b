"""What is not kept."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker, hiding

PARAMETERS = {
    "integration.request.header.X-Door": "'opensesame'",
    "integration.request.header.X-Stage": "stageVariables.door",
    "integration.request.header.X-Kind": "context.eventType",
    "integration.request.header.X-Who": "route.request.header.Authorization",
    "integration.request.querystring.door": "'short'",
}
MASKER = Masker(PARAMETERS)


class TestHeaders:
    """Names say what is secret."""

    @pytest.mark.parametrize(
        "name",
        [
            "X-Ws-Gateway-Secret",
            "Cookie",
            "set-cookie",
            "Authorization",
            "Proxy-Authorization",
            "X-CSRFToken",
            "X-Api-Key",
            "x_api_key",
            "X-Jwt",
            "X-Pwd",
            "Bearer",
            "x-door",
            "X-STAGE",
            "X-Who",
        ],
    )
    def test_hides(self, name: str) -> None:
        """That a header was there stays visible."""
        assert MASKER.headers(((name, "value"),)) == ((name, "***"),)

    @pytest.mark.parametrize("name", ["Host", "X-Ws-Event-Type", "X-Kind", "Sec-WebSocket-Key"])
    def test_shows(self, name: str) -> None:
        """Others are as they were."""
        assert MASKER.headers(((name, "value"),)) == ((name, "value"),)

    def test_tokens_among_protocols(self) -> None:
        """Pages have no other header for one."""
        headers = (("Sec-WebSocket-Protocol", f"graphql-transport-ws,bearer, {'x' * 32}"),)

        assert MASKER.headers(headers) == (
            ("Sec-WebSocket-Protocol", "graphql-transport-ws, bearer, ***"),
        )

    def test_any_number_of_names(self) -> None:
        """Clients choose names, of which no more than some are remembered."""
        shown = [MASKER.headers(((f"X-{n}", "a"), ("Cookie", "b")))[1][1] for n in range(100)]

        assert shown == ["***"] * 100
        assert MASKER.headers((("X-0", "a"), ("Cookie", "b"))) == (("X-0", "a"), ("Cookie", "***"))
        assert MASKER.headers((("X-0", "c"), ("Cookie", "d"))) == (("X-0", "c"), ("Cookie", "***"))

    def test_looks_into_values(self) -> None:
        """Addresses have queries, and a constant may stand anywhere."""
        headers = (("Referer", "http://a.test/?ws_token=x&b=c"), ("X-Copy", "an opensesame"))

        assert MASKER.headers(headers) == (
            ("Referer", "http://a.test/?ws_token=***&b=c"),
            ("X-Copy", "an ***"),
        )


class TestUrls:
    """Queries carry tokens."""

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("/a/dev?token=x&room=1&token=y", "/a/dev?token=***&room=1&token=***"),
            ("/a?ws%5Ftoken=x&flag&DOOR=1", "/a?ws%5Ftoken=***&flag&DOOR=***"),
            ("/a?X-Amz-Signature=x&csrf", "/a?X-Amz-Signature=***&csrf=***"),
            ("http://me:pass@a.test/b?c=d@e", "http://***@a.test/b?c=d@e"),
            ("http://a.test/opensesame/b", "http://a.test/***/b"),
            ("http://a.test/b", "http://a.test/b"),
        ],
    )
    def test_hides(self, url: str, shown: str) -> None:
        """By the names of parameters, the user, and the values of constants."""
        assert MASKER.url(url) == shown

    def test_encoded_constant(self) -> None:
        """A constant in a URL is percent-encoded."""
        masker = Masker({"integration.request.path.door": "'open/sesame'"})

        assert masker.url("http://a.test/open%2Fsesame") == "http://a.test/***"


class TestBodies:
    """Bodies are shown, or one could not see what is going on."""

    def test_constants(self) -> None:
        """Long ones are hidden, while a short one may be any word."""
        assert MASKER.body(b"opensesame, in short") == b"***, in short"


class TestHiding:
    """Texts that are found out by the way."""

    def test_whole_words(self) -> None:
        """The longest first; a part of a longer word is another word."""
        hide = hiding({"/open", "/open sesame", "a.b"})

        assert hide("(/open sesame) /open /opens a.b axb 1a.b") == "(***) *** /opens *** axb 1a.b"

    def test_nothing(self) -> None:
        """There may be none."""
        assert hiding(())("open") == "open"


class TestMappings:
    """There may be many."""

    def test_every_value(self) -> None:
        """Two that give one header two constants hide both."""
        name = "integration.request.header.X-Door"
        masker = Masker({name: "'opensesame'"}, {name: "'shutsesame'"})

        assert masker.body(b"opensesame shutsesame") == b"*** ***"

    def test_one_in_another(self) -> None:
        """Nothing is left of the longer one."""
        masker = Masker({"a": "'opensesame-2'"}, variables=["opensesame", "sesame-2"])

        assert masker.body(b"opensesame-2 opensesame") == b"*** ***"
        assert masker.text("opensesame-2 opensesame") == "*** ***"

    def test_none(self) -> None:
        """Names alone tell then."""
        assert Masker().url("/?a=opensesame&token=x") == "/?a=opensesame&token=***"
