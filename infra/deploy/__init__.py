"""Packaging and deploying a stage, to AWS or to the local cloud, with nothing but boto3.

``stage`` knows the stacks and their order, ``stacks`` drives one CloudFormation stack,
``packaging`` turns what templates refer to into archives, ``portal`` hands the Django portal
to Zappa, and ``python -m infra.deploy --stage NAME`` is the command line.
"""

from infra.deploy.errors import DeployError
from infra.deploy.stage import STACKS, delete_stage, deploy_stage, stack_outputs
from infra.deploy.target import Target

__all__ = ["STACKS", "DeployError", "Target", "delete_stage", "deploy_stage", "stack_outputs"]
