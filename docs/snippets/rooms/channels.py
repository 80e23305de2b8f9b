from __future__ import annotations

from django.contrib.auth.models import Permission

from django_aws_api_gateway_websockets.models import ChannelPermission


def list_channels() -> None:
    access = ChannelPermission.Access
    ChannelPermission.objects.create(channel_name="news")  # everybody
    ChannelPermission.objects.create(channel_name="staff", access=access.STAFF_ONLY)
    desk = ChannelPermission.objects.create(channel_name="desk", access=access.PERMISSIONS)
    permissions = Permission.objects.filter(content_type__app_label="auth")
    for codenames in (["change_user", "delete_user"], ["add_user"]):
        desk.rules.create().permissions.set(permissions.filter(codename__in=codenames))
