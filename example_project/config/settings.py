"""Settings of the example project: a laptop's, without any AWS account."""

from __future__ import annotations

import os
from pathlib import Path

import django

BASE_DIR = Path(__file__).resolve().parent.parent

# For one developer on one machine: the sign-in buttons ask for no password, and work only here.
DEBUG = True
SECRET_KEY = "example-only-do-not-use-this-key-for-anything-else"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

INSTALLED_APPS = [
    "config",
    "dashboard",
    "blog",
    "chat",
    "django_aws_api_gateway_websockets",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for a login; the views that API Gateway calls are exempt by themselves.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LOGIN_URL = "home"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("EXAMPLE_DATABASE", BASE_DIR / "example.sqlite3"),
        # Several requests write at once: wait for the other one's lock instead of failing.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}

STATIC_URL = "static/"
TIME_ZONE = "UTC"
USE_TZ = True
# Cookies do not see ports, so the sites on one laptop need names of their own.
SESSION_COOKIE_NAME = "example_session"
CSRF_COOKIE_NAME = "example_csrf"

WEBSOCKETS = {
    # The gateway sends it with every event, and nothing else may call the WebSocket views.
    "gateway_secret": "example-only-gateway-secret-of-40-letters",
    # All windows of a laptop share one address, and restarts make them connect again.
    "rate_limit_max_attempts": 200,
    "token_rate_limit_per_minute": 200,
}

# A strict Content-Security-Policy: no inline script or style, nothing from other sites.
if django.VERSION >= (6, 0):
    from django.utils.csp import CSP

    MIDDLEWARE.insert(1, "django.middleware.csp.ContentSecurityPolicyMiddleware")
    TEMPLATES[0]["OPTIONS"]["context_processors"].append(  # type: ignore[index]  # values are mixed
        "django.template.context_processors.csp"
    )
    SECURE_CSP = {
        "default-src": [CSP.NONE],
        "script-src": [CSP.SELF, CSP.NONCE],
        "style-src": [CSP.SELF],
        "img-src": [CSP.SELF],
        # The page fetches its token from itself and opens its socket on the gateway's port.
        "connect-src": [CSP.SELF, "ws://127.0.0.1:*", "ws://localhost:*"],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.SELF],
        "frame-ancestors": [CSP.NONE],
    }
