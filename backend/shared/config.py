"""The stage's settings, read from environment variables once per process."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Config:
    """One deployed stage. Texts are empty where a function was not given the setting.

    ``mail_events`` names the configuration set that tells of bounces; 0 messages a second: any
    number. ``aws_endpoint_url`` is the local cloud's address, which AWS's own clients read, too.
    """

    stage: str
    region: str
    aws_endpoint_url: str
    admin_group: str
    user_pool_id: str
    user_pool_client_id: str
    stage_secret_arn: str
    ticket_keys_arn: str
    media_bucket: str
    media_base_url: str
    files_bucket: str
    jobs_queue_url: str
    staff_topic_arn: str
    public_base_url: str
    mail_from: str
    mail_events: str
    mails_per_second: int
    sms_per_second: int
    allowed_origins: tuple[str, ...]
    auto_confirm: bool
    default_time_zone: str


@cache
def config() -> Config:
    """The settings of this process; ``config.cache_clear()`` reads them anew."""
    env = os.environ.get
    return Config(
        stage=env("STAGE", "test"),
        region=env("AWS_REGION", "eu-central-1"),
        aws_endpoint_url=env("AWS_ENDPOINT_URL", "").rstrip("/"),
        admin_group=env("ADMIN_GROUP", "apiAdmins"),
        user_pool_id=env("USER_POOL_ID", ""),
        user_pool_client_id=env("USER_POOL_CLIENT_ID", ""),
        stage_secret_arn=env("STAGE_SECRET_ARN", ""),
        ticket_keys_arn=env("TICKET_KEYS_ARN", ""),
        media_bucket=env("MEDIA_BUCKET", ""),
        media_base_url=env("MEDIA_BASE_URL", "").rstrip("/"),
        files_bucket=env("FILES_BUCKET", ""),
        jobs_queue_url=env("JOBS_QUEUE_URL", ""),
        staff_topic_arn=env("STAFF_TOPIC_ARN", ""),
        public_base_url=env("PUBLIC_BASE_URL", "").rstrip("/"),
        mail_from=env("MAIL_FROM", ""),
        mail_events=env("MAIL_EVENTS", ""),
        mails_per_second=int(env("MAILS_PER_SECOND", "0")),
        sms_per_second=int(env("SMS_PER_SECOND", "0")),
        allowed_origins=tuple(o for o in env("ALLOWED_ORIGINS", "").split(",") if o),
        auto_confirm=env("AUTO_CONFIRM", "false").lower() == "true",
        default_time_zone=env("DEFAULT_TIME_ZONE", "UTC"),
    )
