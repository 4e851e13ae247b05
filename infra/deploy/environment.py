"""The environment variables of whatever runs ``backend``, made of a stage's values."""

from collections.abc import Mapping

# What backend/shared/config.py reads, and which output or parameter it is.
SETTINGS = {
    "STAGE": "Stage",
    "ADMIN_GROUP": "UserPoolAdminGroupName",
    "USER_POOL_ID": "UserPoolId",
    "USER_POOL_CLIENT_ID": "UserPoolClientId",
    "STAGE_SECRET_ARN": "StageSecretArn",
    "TICKET_KEYS_ARN": "TicketKeysArn",
    "MEDIA_BUCKET": "MediaBucket",
    "MEDIA_BASE_URL": "MediaBaseUrl",
    "FILES_BUCKET": "FilesBucket",
    "JOBS_QUEUE_URL": "JobsQueueUrl",
    "STAFF_TOPIC_ARN": "StaffTopicArn",
    "PUBLIC_BASE_URL": "PublicBaseUrl",
    "MAIL_FROM": "MailFrom",
    "ALLOWED_ORIGINS": "AllowedOrigins",
    "AUTO_CONFIRM": "AutoConfirm",
    "DEFAULT_TIME_ZONE": "DefaultTimeZone",
    "LOG_LEVEL": "LogLevel",
}


def backend_environment(values: Mapping[str, str]) -> dict[str, str]:
    """The variables for ``values``: parameters and outputs by their names in the templates.

    What ``values`` lacks is left out, and has its default.
    """
    known = {name: values[key] for name, key in SETTINGS.items() if key in values}
    return known | {"POWERTOOLS_METRICS_NAMESPACE": "Foyer"}
