"""Around every model call: a breaker per provider, patience, three validated tries, quarantine, fallback."""

from providers.resilience.asking import (
    Answered,
    Ask,
    Listener,
    Model,
    Patience,
    Prompt,
    Said,
    Tool,
    Turn,
)
from providers.resilience.failures import Misfit, ModelFailed, NoModelAnswered, NotCalled, Refused, Transient
from providers.resilience.models import Counted, Models, uncounted

__all__ = [
    "Answered",
    "Ask",
    "Counted",
    "Listener",
    "Misfit",
    "Model",
    "ModelFailed",
    "Models",
    "NoModelAnswered",
    "NotCalled",
    "Patience",
    "Prompt",
    "Refused",
    "Said",
    "Tool",
    "Transient",
    "Turn",
    "uncounted",
]
