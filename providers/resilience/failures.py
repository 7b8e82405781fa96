"""How a model can fail, told apart by what helps."""

from __future__ import annotations

from providers.base import ModelCall
from storage.records.steps import NodeFailed


class ModelFailed(Exception):
    """One model could not do it. The message is for the operator; the next model may be asked."""


class Transient(ModelFailed):
    """It may work in a moment: too many requests, a fault of the provider's, a timeout, a cut connection.
    `retry_after` is what the provider asked for, in seconds."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class Refused(ModelFailed):
    """The provider answered that it will not: a wrong key, an unknown model, a request it does not take."""


class NotCalled(ModelFailed):
    """The breaker is open: the provider failed too often to be asked now."""


class Misfit(ModelFailed):
    """It answered, and the answer does not fit. `payload` is the answer as JSON."""

    def __init__(self, reason: str, payload: bytes) -> None:
        self.payload = payload
        super().__init__(reason)


class NoModelAnswered(NodeFailed):
    """Every model that may be asked has failed; `call` says how, and what it took."""

    def __init__(self, call: ModelCall) -> None:
        self.call = call
        super().__init__(
            f"No model could {call.purpose}. {' '.join(call.failures)}",
            next_action="Retry asks again. COUNTERSIGN_FALLBACK_MODELS names models to ask next; `rulebook` at its end"
            " always answers.",
        )
