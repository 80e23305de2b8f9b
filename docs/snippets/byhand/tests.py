from __future__ import annotations

from django.test import TestCase, override_settings
from django.urls import path

from byhand.views import ConfigObjectPage
from django_aws_api_gateway_websockets.testing import create_gateway

HOSTILE = '"</script>&'


class HostileChannelPage(ConfigObjectPage):
    """A page that takes its channel from somewhere."""

    channel_name = HOSTILE


class HostileAttributesPage(HostileChannelPage):
    template_name = "byhand/attributes.html"


urlpatterns = [
    path("object/", HostileChannelPage.as_view()),
    path("attributes/", HostileAttributesPage.as_view()),
]


class ByHandTests(TestCase):
    def setUp(self) -> None:
        url = "http://testserver/wall/"
        self.gateway = create_gateway(
            url, {"wall": f"{url}default"}, domain_name="ws.example.com", certificate_arn=""
        )

    def test_puts_the_url_and_a_csrf_token_into_attributes(self) -> None:
        response = self.client.get("/by-hand/")

        self.assertContains(response, 'data-url="wss://ws.example.com"')
        self.assertContains(response, 'data-token-url="/ws/token"')
        assert "csrftoken" in response.cookies

    def test_puts_the_domain_name_into_an_object(self) -> None:
        response = self.client.get("/config-object/")

        self.assertContains(response, 'baseUrl: "wss://ws.example.com"')

    @override_settings(ROOT_URLCONF="byhand.tests")
    def test_escapes_a_name_for_scripts(self) -> None:
        response = self.client.get("/object/")

        self.assertContains(response, r'channel: "\u0022\u003C/script\u003E\u0026"')

    @override_settings(ROOT_URLCONF="byhand.tests")
    def test_escapes_a_name_for_attributes_and_for_urls(self) -> None:
        response = self.client.get("/attributes/")

        self.assertContains(response, 'data-channel="&quot;&lt;/script&gt;&amp;"')
        self.assertContains(response, 'href="/history/?channel=%22%3C%2Fscript%3E%26"')
