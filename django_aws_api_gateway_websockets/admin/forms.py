"""What the forms of the admin ask for beyond what the models do."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.forms import ModelForm

__all__ = ["AdditionalRouteForm"]


class AdditionalRouteForm(ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A route of a gateway; the URL of one that is stored may stay as it is."""

    def clean_integration_url(self) -> str:
        """Ask for a slash at the end of the path, as Django's own patterns have it.

        Raises:
            ValidationError: there is none.
        """
        url: str = self.cleaned_data["integration_url"]
        is_new = url != self.instance.integration_url
        if is_new and not urlsplit(url).path.endswith("/"):
            raise ValidationError(
                "End the path with a slash: where Django would redirect to one, the message is "
                "lost."
            )
        return url
