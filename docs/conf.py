"""Configuration of the documentation."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.conf import settings

# Last, so that an installed wheel is what is documented.
sys.path.append(str(Path(__file__).parents[1]))

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
    STATIC_URL="static/",
    USE_TZ=True,
)
django.setup()

project = "django-aws-api-gateway-websockets"
author = "The maintainers"
version = release = django_aws_api_gateway_websockets.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "snippets"]
html_static_path = ["_static"]
html_theme = "furo"
html_title = f"{project} {release}"
html_css_files = ["pages.css"]
highlight_language = "text"
pygments_style = "friendly"
pygments_dark_style = "github-dark"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_use_ivar = True
python_maximum_signature_line_length = 110
html_show_copyright = False
