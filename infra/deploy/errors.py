"""Why a deployment stopped."""


class DeployError(Exception):
    """A reason for a person, with the resource it is about where there is one."""
