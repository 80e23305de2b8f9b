"""What the fields of a gateway may hold."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from django_aws_api_gateway_websockets.models.validators import (
    collect_errors,
    validate_additional_key,
    validate_api_name,
    validate_api_name_length,
    validate_domain_name,
    validate_integration_host,
    validate_integration_url,
    validate_tags,
)

__all__ = [
    "TestAdditionalKey",
    "TestCollectErrors",
    "TestDomainName",
    "TestIntegrationHost",
    "TestIntegrationUrl",
    "TestName",
    "TestNameLength",
    "TestTags",
]


class TestCollectErrors:
    def test_keys_errors_by_field(self) -> None:
        """All that is wrong is told at once."""
        with pytest.raises(ValidationError) as caught:
            collect_errors(
                (validate_api_name, "!", "api_name"),
                (validate_domain_name, "ws.example.com", "domain_name"),
                (validate_domain_name, "!", "other_name"),
            )

        assert caught.value.message_dict == {
            "api_name": ["Use letters, digits, spaces, hyphens and underscores only."],
            "other_name": ["Invalid domain name format"],
        }

    def test_keeps_all_errors_of_a_field(self) -> None:
        """Two checks of one field do not hide each other."""
        with pytest.raises(ValidationError) as caught:
            collect_errors(
                (validate_api_name, "!" * 129, "api_name"),
                (validate_api_name_length, "!" * 129, "api_name"),
            )

        assert len(caught.value.message_dict["api_name"]) == 2

    @pytest.mark.parametrize("blank", ["", None])
    def test_leaves_blanks_alone(self, blank: str | None) -> None:
        """What is not filled in is not checked."""
        collect_errors((validate_api_name, blank, "api_name"))


class TestName:
    @pytest.mark.parametrize("name", ["Chat", "my chat_1-b", "x" * 255])
    def test_takes(self, name: str) -> None:
        """Letters, digits, spaces, hyphens and underscores are taken."""
        validate_api_name(name)

    @pytest.mark.parametrize("name", ["Chat!", "a.b", "caf\xe9", ""])
    def test_refuses(self, name: str) -> None:
        """Anything else is not."""
        with pytest.raises(ValidationError) as caught:
            validate_api_name(name)

        assert caught.value.messages == [
            "Use letters, digits, spaces, hyphens and underscores only."
        ]

    def test_refuses_a_line_break_at_the_end(self) -> None:
        """Names are matched in full."""
        with pytest.raises(ValidationError):
            validate_api_name("Chat\n")


class TestNameLength:
    def test_takes(self) -> None:
        """AWS has room for as many characters."""
        validate_api_name_length("x" * 128)

    def test_refuses(self) -> None:
        """One more is too long, though the column could hold it."""
        with pytest.raises(ValidationError) as caught:
            validate_api_name_length("x" * 129)

        assert caught.value.messages == ["AWS takes names of at most 128 characters."]


class TestAdditionalKey:
    @pytest.mark.parametrize("key", ["room", "a$b", " $connect"])
    def test_takes(self, key: str) -> None:
        """A dollar sign is only special at the start."""
        validate_additional_key(key)

    @pytest.mark.parametrize("key", ["$connect", "$other"])
    def test_refuses(self, key: str) -> None:
        """AWS keeps such keys for itself."""
        with pytest.raises(ValidationError) as caught:
            validate_additional_key(key)

        assert caught.value.messages == [
            "Keys that start with $ are reserved: every gateway has $connect, $disconnect and "
            "$default."
        ]


class TestDomainName:
    def test_has_labels_of_63_characters(self) -> None:
        """DNS carries labels of that length."""
        validate_domain_name(f"{'x' * 63}.example.com")

    def test_has_no_longer_labels(self) -> None:
        """DNS carries no longer ones."""
        with pytest.raises(ValidationError):
            validate_domain_name(f"{'x' * 64}.example.com")

    @pytest.mark.parametrize("name", ["ws.example.-a", "ws.example.a-", "ws.example.--"])
    def test_has_no_last_label_with_a_hyphen_at_an_end(self, name: str) -> None:
        """The top-level domain is a label like the others."""
        with pytest.raises(ValidationError, match="Invalid domain name format"):
            validate_domain_name(name)

    def test_may_be_internationalised(self) -> None:
        """Such a top-level domain has hyphens inside."""
        validate_domain_name("ws.example.xn--p1ai")


class TestIntegrationHost:
    @override_settings(WEBSOCKETS={"allowed_integration_hosts": ["*.example.com"]})
    def test_takes_sub_domains_of_a_wildcard(self) -> None:
        """A wildcard stands for every sub-domain."""
        validate_integration_host("https://www.example.com/ws/")

    @override_settings(WEBSOCKETS={"allowed_integration_hosts": ["*.example.com"]})
    def test_refuses_the_domain_of_a_wildcard(self) -> None:
        """A wildcard does not stand for the domain itself, and the message does not tell it."""
        with pytest.raises(ValidationError) as caught:
            validate_integration_host("https://example.com/ws/")

        assert caught.value.messages == ["Integrations may not point at this host."]

    @override_settings(WEBSOCKETS={"allowed_integration_hosts": []})
    def test_refuses_all_hosts_with_an_empty_list(self) -> None:
        """A list without hosts allows none."""
        with pytest.raises(ValidationError):
            validate_integration_host("https://example.com/ws/")

    def test_takes_any_host_without_a_list(self) -> None:
        """Nothing is refused where nothing is listed."""
        validate_integration_host("https://anywhere.test/")


class TestIntegrationUrl:
    def test_takes_a_path(self) -> None:
        """A path is all that a URL needs."""
        validate_integration_url("https://www.example.com:8443/ws/room")

    @pytest.mark.parametrize("end", ["?", "?a=1", "#", "#top"])
    def test_refuses(self, end: str) -> None:
        """Nothing stands behind the path."""
        with pytest.raises(ValidationError) as caught:
            validate_integration_url(f"https://www.example.com/ws/{end}")

        assert caught.value.messages == ["Use a URL without a query string and without a fragment."]


class TestTags:
    @pytest.mark.parametrize(
        "tags",
        [
            {"team": "chat", "empty": ""},
            {str(number): "x" for number in range(49)},
            {"k" * 128: "v" * 256},
            {"by": "aws:me", "Law: old": ""},
        ],
    )
    def test_takes(self, tags: dict[str, str]) -> None:
        """Texts by texts, within AWS's limits."""
        validate_tags(tags)

    @pytest.mark.parametrize("tags", [["a"], "a", 7, {"a": 7}, {"a": None}, {"a": {"b": "c"}}])
    def test_refuses_what_is_no_object_of_texts(self, tags: object) -> None:
        """AWS knows keys and values, both texts."""
        with pytest.raises(ValidationError) as caught:
            validate_tags(tags)

        assert caught.value.messages == ['Use an object of texts, such as {"team": "chat"}.']

    @pytest.mark.parametrize(
        ("tags", "message"),
        [
            (
                {str(number): "x" for number in range(50)},
                "Use at most 49 tags; one more names this row in AWS.",
            ),
            ({"": "x"}, "The key of a tag has 1 to 128 characters."),
            ({"k" * 129: "x"}, "The key of a tag has 1 to 128 characters."),
            ({"a": "v" * 257}, "The value of a tag has at most 256 characters."),
            ({"aws:team": "x"}, "The tag aws:team is reserved: its key starts with aws:."),
            ({"AWS:team": "x"}, "The tag AWS:team is reserved: its key starts with aws:."),
        ],
    )
    def test_refuses_what_aws_refuses(self, tags: dict[str, str], message: str) -> None:
        """The limits are AWS's."""
        with pytest.raises(ValidationError) as caught:
            validate_tags(tags)

        assert caught.value.messages == [message]

    def test_tells_all_at_once(self) -> None:
        """Each tag has its complaints."""
        with pytest.raises(ValidationError) as caught:
            validate_tags({"": "x", "aws:a": "v" * 257})

        assert len(caught.value.messages) == 3
