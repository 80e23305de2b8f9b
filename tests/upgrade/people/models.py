"""A user without a username, whose primary key is no integer."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

__all__ = ["Person"]


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody, known by an e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects = BaseUserManager["Person"]()

    USERNAME_FIELD = "email"
