"""One chat model as the wrapper wants it: a prompt in, an answer or a nameable failure out."""

from __future__ import annotations

import asyncio
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from providers.chat.faults import translated
from providers.chat.vendors import Client, client
from providers.resilience import Listener, Misfit, Patience, Prompt, Said, Tool, Transient

if TYPE_CHECKING:
    from infra.models import ModelAccess

_ENDS = {"end_turn", "stop_sequence", "tool_use", "stop", "tool_calls"}
"""By which the three vendors say that an answer is whole."""


class ChatModel:
    """The vendor's package is loaded with the first question."""

    def __init__(self, access: ModelAccess, patience: Patience) -> None:
        self.vendor: str = access.vendor
        self.name = access.name
        self._access, self._patience = access, patience

    @cached_property
    def _client(self) -> Client:
        return client(self._access, self._patience)

    async def answer(self, prompt: Prompt, listener: Listener | None) -> Said:
        """Raises Transient, Refused, or Misfit for what the vendor's package cannot make sense of."""
        await self.open()
        known = self._client
        try:
            async with asyncio.timeout(self._patience.call):
                message = await self._message(known, prompt, listener)
        except TimeoutError as error:
            raise translated(error, self._patience.call) from error
        except known.errors as error:
            raise translated(error, self._patience.call) from error
        except ValueError as error:
            words = f"the answer is not what the vendor's format says ({' '.join(str(error).split())[:300]})"
            raise Misfit(words, json.dumps({"unreadable": str(error)[:4000]}).encode()) from error
        return _said(message, prompt.tool)

    async def open(self) -> None:
        if "_client" not in self.__dict__:
            await asyncio.to_thread(lambda: self._client)

    async def close(self) -> None:
        if "_client" in self.__dict__:
            await self._client.close()

    async def _message(self, known: Client, prompt: Prompt, listener: Listener | None) -> AIMessage:
        messages = _messages(prompt)
        if prompt.tool:
            forced: dict[str, Any] = {"tool_choice": prompt.tool.name} if known.forces else {}
            return await known.chat.bind_tools([_schema(prompt.tool)], **forced).ainvoke(messages)
        whole = None
        async for chunk in known.chat.astream(messages):
            if listener and chunk.text:
                listener(chunk.text)
            whole = chunk if whole is None else whole + chunk
        if not isinstance(whole, AIMessage):
            raise ValueError("no words came")
        return whole


def _messages(prompt: Prompt) -> list[BaseMessage]:
    turns = [
        HumanMessage(turn.text) if turn.speaker == "operator" else AIMessage(turn.text or "-") for turn in prompt.turns
    ]
    return [SystemMessage(prompt.system), *turns]


def _schema(tool: Tool) -> dict[str, Any]:
    """In OpenAI's form, which LangChain turns into each vendor's own."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
    }


def _said(message: AIMessage, tool: Tool | None) -> Said:
    """Raises Transient for an answer without an end."""
    meta = message.response_metadata
    reason = meta.get("stop_reason") or meta.get("finish_reason") or meta.get("done_reason")
    if reason is None:
        raise Transient("the answer broke off.")
    usage = message.usage_metadata
    calls = message.tool_calls
    payload = {"text": message.text, "tool_calls": [{"name": call["name"], "args": call["args"]} for call in calls]}
    if message.invalid_tool_calls:
        payload["broken_tool_calls"] = [
            {"name": call["name"], "args": call["args"]} for call in message.invalid_tool_calls
        ]
    arguments, complaint = _arguments(message, tool)
    if reason not in _ENDS:
        complaint = f"the answer was ended early ({reason}); be brief"
    return Said(
        arguments=arguments,
        payload=json.dumps(payload, ensure_ascii=False, default=str).encode(),
        tokens_in=usage["input_tokens"] if usage else 0,
        tokens_out=usage["output_tokens"] if usage else 0,
        complaint=complaint,
    )


def _arguments(message: AIMessage, tool: Tool | None) -> tuple[object, str]:
    """What to validate, and what forbids it."""
    calls = message.tool_calls
    if tool is None:
        text = message.text.strip()
        return {"text": text}, "" if text else "the answer is empty"
    if message.invalid_tool_calls:
        return None, f"the arguments of {tool.name} are not a JSON object"
    if not calls:
        return None, f"the tool {tool.name} was not called"
    if others := sorted({call["name"] for call in calls} - {tool.name}):
        return None, f"there is no tool {', '.join(others)[:100]}; call {tool.name}"
    if len(calls) > 1:
        return None, f"{tool.name} was called {len(calls)} times; call it once with everything"
    return calls[0]["args"], ""
