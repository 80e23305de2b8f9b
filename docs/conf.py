"""Configuration of the documentation."""

from __future__ import annotations

import django
from django.conf import settings

import django_aws_api_gateway_websockets

settings.configure(
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django_aws_api_gateway_websockets",
    ],
    SECRET_KEY="documentation-only",
    USE_TZ=True,
)
django.setup()

project = "django-aws-api-gateway-websockets"
author = "The maintainers"
version = release = django_aws_api_gateway_websockets.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = project
autodoc_member_order = "bysource"
autodoc_typehints = "description"
