"""A stage on a local cloud: deploying it, and the environment of what runs against it."""

from collections.abc import Callable, Iterable, Mapping

from infra.deploy import Target, deploy_stage, stack_outputs
from infra.deploy.environment import backend_environment
from infra.deploy.stage import stage_parameters
from infra.localcloud.cloud import LocalCloud


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
    return _merged(
        deploy_stage(stage, only=only, parameters=parameters, report=report, target=target)
    )


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
    return {**cloud.env(), **backend_environment(known)}


def _merged(outputs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {key: value for stack in outputs.values() for key, value in stack.items()}
