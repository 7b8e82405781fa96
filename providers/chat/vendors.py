"""The vendors' chat models, by LangChain. Each package is imported when its model is: one takes seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from providers.resilience import Patience

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from infra.models import ModelAccess

TEMPERATURE = 0.0
MOST_TOKENS = 4096
"""Of one answer: twice what every field with a long quote comes to."""


@dataclass(frozen=True, slots=True)
class Client:
    """A chat model and what its package raises. `forces` says whether the vendor lets a tool be called for certain;
    `close` ends its connections."""

    chat: BaseChatModel
    errors: tuple[type[Exception], ...]
    close: Callable[[], Awaitable[None]]
    forces: bool = True


def client(access: ModelAccess, patience: Patience) -> Client:
    """Retries nothing by itself: every call has to pass the breaker."""
    match access.vendor:
        case "anthropic":
            return _anthropic(access, patience)
        case "openai":
            return _openai(access, patience)
        case "ollama":
            return _ollama(access, patience)
        case _:
            assert_never(access.vendor)


def _anthropic(access: ModelAccess, patience: Patience) -> Client:
    import anthropic
    import httpx2
    from langchain_anthropic import ChatAnthropic

    assert access.key is not None
    chat = ChatAnthropic(
        model_name=access.name,
        api_key=access.key,
        base_url=access.base_url,
        temperature=TEMPERATURE,
        max_tokens_to_sample=MOST_TOKENS,
        timeout=patience.call,
        max_retries=0,
        stop=None,
    )
    # Its package has one pool of connections for all models of an address: closing one would close the others.
    own = anthropic.AsyncClient(**chat._client_params)
    vars(chat)["_async_client"] = own
    return Client(chat, (anthropic.APIError, httpx2.TransportError), own.close)


def _openai(access: ModelAccess, patience: Patience) -> Client:
    import httpx2
    import openai
    from langchain_openai import ChatOpenAI

    connections = httpx2.AsyncClient(timeout=patience.call)
    chat = ChatOpenAI(
        model=access.name,
        api_key=access.key,
        base_url=access.base_url,
        temperature=TEMPERATURE,
        max_completion_tokens=MOST_TOKENS,
        timeout=patience.call,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        http_async_client=connections,
    )
    return Client(chat, (openai.APIError, httpx2.TransportError), connections.aclose)


def _ollama(access: ModelAccess, patience: Patience) -> Client:
    import httpx
    import ollama
    from langchain_ollama import ChatOllama

    chat = ChatOllama(
        model=access.name,
        base_url=access.base_url,
        temperature=TEMPERATURE,
        num_predict=MOST_TOKENS,
        client_kwargs={"timeout": patience.call},
    )
    errors = (ollama.ResponseError, httpx.TransportError, ConnectionError)
    return Client(chat, errors, chat._async_client.close, forces=False)
