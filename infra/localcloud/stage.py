"""A stage on a local cloud: deploying it, and the environment of what runs against it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from infra.deploy import Target, deploy_stage, stack_outputs
from infra.deploy.stage import stage_parameters
from infra.localcloud.cloud import LocalCloud

# What backend/shared/config.py reads, and where it comes from: a stack's output or a parameter.
_SETTINGS = {
    "ADMIN_GROUP": "UserPoolAdminGroupName",
    "USER_POOL_ID": "UserPoolId",
    "USER_POOL_CLIENT_ID": "UserPoolClientId",
    "STAGE_SECRET_ARN": "StageSecretArn",
    "TICKET_KEYS_ARN": "TicketKeysArn",
    "MEDIA_BUCKET": "MediaBucket",
    "MEDIA_BASE_URL": "MediaBaseUrl",
    "PUBLIC_BASE_URL": "PublicBaseUrl",
    "MAIL_FROM": "MailFrom",
    "ALLOWED_ORIGINS": "AllowedOrigins",
    "AUTO_CONFIRM": "AutoConfirm",
    "DEFAULT_TIME_ZONE": "DefaultTimeZone",
}


def deploy(
    cloud: LocalCloud,
    stage: str,
    *,
    only: Iterable[str] | None = None,
    parameters: Mapping[str, str] | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Bring the stage's stacks (or those in ``only``) to their templates; all outputs, by key."""
    target = Target(cloud.endpoint)
    outputs = deploy_stage(stage, only=only, parameters=parameters, report=report, target=target)
    _verify_sender(target, (stage_parameters(stage, target) | dict(parameters or {}))["MailFrom"])
    return _merged(outputs)


def _verify_sender(target: Target, address: str) -> None:
    """SES takes mails of verified addresses only; on AWS a person does this once per domain."""
    mails = target.client("sesv2")
    with suppress(mails.exceptions.AlreadyExistsException):
        mails.create_email_identity(EmailIdentity=address)


def outputs_of(cloud: LocalCloud, stage: str) -> dict[str, str]:
    """The outputs of all the stage's stacks, by key; empty before it is deployed."""
    return _merged(stack_outputs(stage, target=Target(cloud.endpoint)))


def environment(
    cloud: LocalCloud,
    stage: str,
    outputs: Mapping[str, str],
    parameters: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What a process needs to work on the stage: clients' settings and Foyer's own.

    ``parameters`` are those it was deployed with beyond ``stages.toml``. A setting whose stack
    is not deployed is left out.
    """
    known = {**stage_parameters(stage, Target(cloud.endpoint)), **(parameters or {}), **outputs}
    settings = {name: known[key] for name, key in _SETTINGS.items() if key in known}
    return {
        **cloud.env(),
        **settings,
        "STAGE": stage,
        "POWERTOOLS_METRICS_NAMESPACE": "Foyer",
    }


def _merged(outputs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {key: value for stack in outputs.values() for key, value in stack.items()}
