"""What every test can rely on: no AWS account within reach, and the same Hypothesis everywhere."""

from __future__ import annotations

import logging
import os

from hypothesis import settings

__all__: list[str] = []

AWS_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)

for variable in AWS_VARIABLES:
    os.environ.pop(variable, None)
os.environ["AWS_CONFIG_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

# On a busy machine asyncio's debug mode warns of slow callbacks, also in tests that look at logs.
logging.getLogger("asyncio").setLevel(logging.ERROR)

settings.register_profile("tests", deadline=None, derandomize="CI" in os.environ, max_examples=50)
settings.load_profile("tests")
