"""What is asked of a model, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from providers.base import ModelCall
from storage.events import Origin
from storage.records.ids import Sha256

T = TypeVar("T", bound=BaseModel)
Speaker = Literal["operator", "assistant"]


class Listener(Protocol):
    """Hears the words as they come; `restart` says that those so far are void."""

    def __call__(self, text: str) -> None: ...

    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Turn:
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """What the model must call, with `schema` for its arguments (JSON Schema)."""

    name: str
    description: str
    schema: dict[str, object]


@dataclass(frozen=True, slots=True)
class Prompt:
    """Without a tool the answer is prose."""

    system: str
    turns: tuple[Turn, ...]
    tool: Tool | None = None

    def and_then(self, *turns: Turn) -> Prompt:
        return Prompt(self.system, (*self.turns, *turns), self.tool)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: the arguments of the tool's call, or {"text": prose}. `payload` is all of it as JSON, of which the
    model is reminded when it does not fit; `complaint` says why it cannot fit at all."""

    arguments: object
    payload: bytes
    tokens_in: int = 0
    tokens_out: int = 0
    complaint: str = ""


class Model(Protocol):
    """One model of one vendor, without any patience. Raises Transient, Refused or Misfit."""

    vendor: str
    name: str

    async def answer(self, prompt: Prompt, listener: Listener | None) -> Said: ...

    async def open(self) -> None:
        """Makes ready what the first question would have to wait for."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """`task` is a word for the log, `purpose` completes "No model could …". The answer must fit `schema` and pass
    `check`, which raises ValueError. `fallback` is False where a second model must not take over. `origin` is the node
    on whose behalf it is."""

    task: str
    purpose: str
    pack: Sha256
    prompt: Prompt
    schema: type[T]
    origin: Origin | None = None
    listener: Listener | None = None
    fallback: bool = True
    check: Callable[[T], None] | None = None


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    value: T
    call: ModelCall


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in seconds, and how often. `answers` are the validated tries; `attempts` the calls for one answer while
    the provider is away; `failures` in a row open its breaker, for `pause`. `call` and `model` are the longest that one
    call and all of one model's may take."""

    answers: int = 3
    attempts: int = 3
    call: float = 60.0
    model: float = 180.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    failures: int = 5
    pause: float = 30.0
