"""The parts of `make deploy`: where it deploys, what it uploads, the stack, and what it says."""


class DeployError(Exception):
    """What stops a deployment: one sentence that says what to do. Nothing was changed unless it says so."""
