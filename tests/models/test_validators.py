"""What the fields of a gateway may hold."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from django_aws_api_gateway_websockets.models.validators import (
    collect_errors,
    validate_api_name,
    validate_domain_name,
    validate_integration_host,
)

__all__ = ["TestCollectErrors", "TestDomainName", "TestIntegrationHost", "TestName"]


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
