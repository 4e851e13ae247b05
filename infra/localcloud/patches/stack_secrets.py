"""Secrets of a template: ``!Ref`` is the ARN, and a generated one has the characters asked for.

ministack's CloudFormation names the secret where AWS gives its ARN, so a role that may read
``!Ref Secret`` could read nothing; and of ``GenerateSecretString`` it knows the length and
``ExcludeCharacters`` only, so a secret without punctuation came with quotes and backslashes.
"""

import json
from http import HTTPStatus
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

_FLAGS = (
    "ExcludeLowercase",
    "ExcludeUppercase",
    "ExcludeNumbers",
    "ExcludePunctuation",
    "IncludeSpace",
    "RequireEachIncludedType",
)


def install() -> None:
    """Replace the generation, and translate between name and ARN around the provisioning."""
    provisioners._sm_secret_string = _secret_string
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = (handlers[step] for step in ("create", "update", "delete"))

    def create_as_arn(*args: Any) -> Any:
        _, attributes = create(*args)
        return attributes["Arn"], attributes

    def update_as_arn(physical_id: str, *args: Any) -> Any:
        name, attributes = update(_name_of(physical_id), *args)
        return secretsmanager._secrets[name]["ARN"], attributes

    def delete_as_arn(physical_id: str, *args: Any) -> Any:
        return delete(_name_of(physical_id), *args)

    handlers.update(create=create_as_arn, update=update_as_arn, delete=delete_as_arn)


def _name_of(physical_id: str) -> str:
    names = (name for name, kept in secretsmanager._secrets.items() if kept["ARN"] == physical_id)
    return next(names, physical_id)


def _secret_string(properties: dict[str, Any]) -> str:
    wanted = properties.get("GenerateSecretString")
    if properties.get("SecretString") or not wanted:
        return str(properties.get("SecretString", ""))
    generated = _generate(wanted)
    if "SecretStringTemplate" not in wanted:
        return generated
    filled = json.loads(wanted["SecretStringTemplate"])
    return json.dumps({**filled, wanted["GenerateStringKey"]: generated})


def _generate(wanted: dict[str, Any]) -> str:
    """What GetRandomPassword gives for the same options, as on AWS."""
    options = {name: _flag(wanted[name]) for name in _FLAGS if name in wanted}
    status, _, body = secretsmanager._get_random_password(
        {
            **options,
            "PasswordLength": int(wanted.get("PasswordLength", 32)),
            "ExcludeCharacters": wanted.get("ExcludeCharacters", ""),
        }
    )
    answer = json.loads(body)
    if status >= HTTPStatus.BAD_REQUEST:
        raise ValueError(answer["message"])
    return str(answer["RandomPassword"])


def _flag(value: object) -> bool:
    """Template values arrive as booleans or, through parameters, as words."""
    return str(value).lower() == "true"
