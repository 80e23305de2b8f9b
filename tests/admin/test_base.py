"""What the admin pages have in common."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import models
from django.test import RequestFactory

from django_aws_api_gateway_websockets.admin.base import RecordAdmin, user_search_fields
from django_aws_api_gateway_websockets.models import WebSocketToken

__all__ = ["TestRecordAdmin", "TestUserSearchFields"]


class Citizen(AbstractBaseUser):
    """A user who is known by a number, and has an address under another name."""

    number = models.CharField(max_length=9, unique=True)
    post_box = models.EmailField()

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "post_box"

    class Meta:
        app_label = "nowhere"
        managed = False


class Guest(AbstractBaseUser):
    """A user without any address."""

    nickname = models.CharField(max_length=9, unique=True)

    USERNAME_FIELD = "nickname"

    class Meta:
        app_label = "nowhere"
        managed = False


class Subscriber(AbstractBaseUser):
    """A user whose name is an address."""

    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"

    class Meta:
        app_label = "nowhere"
        managed = False


class TestUserSearchFields:
    def test_of_djangos_own_user(self) -> None:
        """Names and addresses can be searched for."""
        assert user_search_fields(User) == ("user__username", "user__email")

    def test_of_a_user_with_other_names_for_them(self) -> None:
        """The user model says what its name and its address are called."""
        assert user_search_fields(Citizen) == ("user__number", "user__post_box")

    def test_of_a_user_without_an_address(self) -> None:
        """A field that does not exist is not searched."""
        assert user_search_fields(Guest) == ("user__nickname",)

    def test_of_a_user_whose_name_is_an_address(self) -> None:
        """One field is searched once."""
        assert user_search_fields(Subscriber) == ("user__email",)


class TestRecordAdmin:
    def test_lets_nobody_write(self, rf: RequestFactory) -> None:
        """Not even somebody who has every permission."""
        request = rf.get("/")
        request.user = User(is_superuser=True)
        page = RecordAdmin(WebSocketToken, admin.site)

        assert page.has_view_permission(request)
        assert page.has_delete_permission(request)
        assert not page.has_add_permission(request)
        assert not page.has_change_permission(request)
