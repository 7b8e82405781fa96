"""What an operator can put right. The message is one plain sentence or two: what failed, and the remedy."""


class OperatorError(Exception):
    """Printed by the command line as one line; `exit_code` is the process's."""

    exit_code = 1


class SettingsError(OperatorError):
    """A setting is unknown, malformed or missing."""

    exit_code = 2


class PortTaken(OperatorError):
    """Something else listens on the console's port."""


class ProcessFailed(OperatorError):
    """A process of this installation ended before it was ready."""
