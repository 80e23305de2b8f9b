"""The schema that 4.1.0 left, in one step."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APP = "django_aws_api_gateway_websockets"

_USER_ATTEMPT_TIME = models.Index(fields=["user", "attempt_time"], name="idx_user_attempt_time")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        (APP, "0001_initial"),
        (APP, "0002_rename_author_websocketsession_user"),
        (APP, "0003_auto_20220706_1018"),
        (APP, "0004_auto_20221208_1227"),
        (APP, "0005_apigatewayadditionalroute_deployed"),
        (APP, "0006_auto_20221215_0847"),
        (APP, "0007_connectionratelimit_websockettoken"),
        (APP, "0008_remove_websockettoken_websocket_t_created_c55db3_idx_and_more"),
        (APP, "0009_alter_connectionratelimit_table_and_more"),
        (APP, "0010_hash_websockettoken_session_key"),
        (APP, "0011_channelpermission_channelpermissionrule"),
        (APP, "0012_apigateway_provisioning_status"),
        (APP, "0013_apigatewayadditionalroute_aws_ids"),
        (APP, "0014_websocketsession_auth_hash_and_more"),
        (APP, "0015_alter_apigateway_provisioning_status"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel_name",
                    models.CharField(
                        max_length=128,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-zA-Z0-9_-]+\\Z",
                                "Use letters, digits, hyphens and underscores only.",
                            )
                        ],
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("allow_all", "Allow all"),
                            ("superuser_only", "Super admin only"),
                            ("staff_only", "Staff only"),
                            ("permissions", "Requires Django permissions"),
                        ],
                        default="allow_all",
                        max_length=16,
                    ),
                ),
                ("description", models.CharField(blank=True, default="", max_length=255)),
                ("created_on", models.DateTimeField(auto_now_add=True)),
                ("updated_on", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["channel_name"],
            },
        ),
        migrations.CreateModel(
            name="ApiGateway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("api_name", models.CharField(max_length=255, unique=True)),
                ("api_description", models.CharField(blank=True, default="", max_length=255)),
                ("default_channel_name", models.CharField(blank=True, default="", max_length=128)),
                ("domain_name", models.CharField(blank=True, default="", max_length=255)),
                ("target_base_endpoint", models.URLField(blank=True, default=None, null=True)),
                ("certificate_arn", models.CharField(blank=True, default="", max_length=255)),
                ("hosted_zone_id", models.CharField(blank=True, default="", max_length=32)),
                (
                    "api_key_selection_expression",
                    models.CharField(default="$request.header.x-api-key", max_length=255),
                ),
                (
                    "route_selection_expression",
                    models.CharField(default="$request.body.action", max_length=255),
                ),
                ("route_key", models.CharField(default="$default", max_length=255)),
                ("stage_name", models.CharField(blank=True, default="production", max_length=63)),
                ("stage_description", models.CharField(blank=True, default="", max_length=63)),
                (
                    "deployment_id",
                    models.CharField(blank=True, default="", editable=False, max_length=32),
                ),
                ("tags", models.JSONField(blank=True, default=dict)),
                ("api_id", models.CharField(blank=True, default="", max_length=32)),
                ("api_endpoint", models.CharField(blank=True, default="", max_length=255)),
                (
                    "api_gateway_domain_name",
                    models.CharField(blank=True, default="", max_length=255),
                ),
                ("api_mapping_id", models.CharField(blank=True, default="", max_length=128)),
                ("api_created", models.BooleanField(default=False, editable=False)),
                ("custom_domain_created", models.BooleanField(default=False, editable=False)),
                (
                    "provisioning_status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("creating", "Creating"),
                            ("api_created", "API created"),
                            ("routes_created", "Routes created"),
                            ("deployed", "Deployed"),
                            ("domain_created", "Custom domain created"),
                            ("mapped", "Custom domain mapped"),
                        ],
                        default="pending",
                        max_length=16,
                    ),
                ),
                (
                    "last_error",
                    models.CharField(blank=True, default="", editable=False, max_length=255),
                ),
                ("created_on", models.DateTimeField(auto_now_add=True)),
                ("updated_on", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["api_id"], name="django_aws__api_id_0da7ec_idx"),
                    models.Index(fields=["domain_name"], name="django_aws__domain__3b4423_idx"),
                    models.Index(
                        fields=["custom_domain_created"], name="django_aws__custom__5e8390_idx"
                    ),
                    models.Index(fields=["api_created"], name="django_aws__api_cre_376add_idx"),
                    models.Index(fields=["created_on"], name="django_aws__created_32cf2a_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelPermissionRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel_permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="django_aws_api_gateway_websockets.channelpermission",
                    ),
                ),
                (
                    "permissions",
                    models.ManyToManyField(
                        blank=True, related_name="channel_permission_rules", to="auth.permission"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ApiGatewayAdditionalRoute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=63)),
                ("route_key", models.CharField(db_index=True, max_length=64)),
                ("integration_url", models.URLField()),
                ("deployed", models.BooleanField(default=False, editable=False)),
                (
                    "route_id",
                    models.CharField(blank=True, default="", editable=False, max_length=32),
                ),
                (
                    "integration_id",
                    models.CharField(blank=True, default="", editable=False, max_length=32),
                ),
                ("created_on", models.DateTimeField(auto_now_add=True)),
                ("updated_on", models.DateTimeField(auto_now=True)),
                (
                    "api_gateway",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="additional_routes",
                        to="django_aws_api_gateway_websockets.apigateway",
                    ),
                ),
            ],
            options={
                "unique_together": {("api_gateway", "route_key")},
            },
        ),
        migrations.CreateModel(
            name="ConnectionRateLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ip_address", models.GenericIPAddressField(db_index=True)),
                ("attempt_time", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("successful", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connection_attempts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["ip_address", "attempt_time"], name="idx_ip_attempt_time"),
                ],
            },
        ),
        # MySQL makes no index for a foreign key that a wider one serves, but 4.1.0 left it with
        # both. Django adds the narrow one when the wide one goes; then the wide one may come back.
        migrations.AddIndex("connectionratelimit", _USER_ATTEMPT_TIME),
        migrations.RemoveIndex("connectionratelimit", _USER_ATTEMPT_TIME.name),
        migrations.AddIndex("connectionratelimit", _USER_ATTEMPT_TIME),
        migrations.CreateModel(
            name="WebSocketSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("connection_id", models.CharField(max_length=255, unique=True)),
                ("channel_name", models.CharField(blank=True, default="", max_length=128)),
                ("connected", models.BooleanField(default=True)),
                ("request_count", models.PositiveBigIntegerField(default=1)),
                (
                    "session_key_hash",
                    models.CharField(blank=True, db_index=True, default="", max_length=64),
                ),
                ("auth_hash", models.CharField(blank=True, default="", max_length=64)),
                ("created_on", models.DateTimeField(auto_now_add=True)),
                ("updated_on", models.DateTimeField(auto_now=True)),
                (
                    "api_gateway",
                    models.ForeignKey(
                        blank=True,
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sessions",
                        to="django_aws_api_gateway_websockets.apigateway",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="websocket_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["connection_id", "connected"], name="django_aws__connect_fee1eb_idx"
                    ),
                    models.Index(
                        fields=["channel_name", "connection_id"],
                        name="django_aws__channel_dd10fa_idx",
                    ),
                    models.Index(
                        fields=["channel_name", "connected"], name="django_aws__channel_1de026_idx"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebSocketToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-f0-9]{64}\\Z", "Invalid token format"
                            )
                        ],
                    ),
                ),
                ("session_key", models.CharField(db_index=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("used", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="websocket_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["token", "used"], name="idx_websocket_tokens_used")
                ],
            },
        ),
    ]
