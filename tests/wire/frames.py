"""What each vendor sends for the same answer: one body, or the frames of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Vendor = Literal["anthropic", "openai", "ollama"]
VENDORS: tuple[Vendor, ...] = ("anthropic", "openai", "ollama")
PATHS: dict[str, Vendor] = {"/v1/messages": "anthropic", "/v1/chat/completions": "openai", "/api/chat": "ollama"}

TOKENS_IN, TOKENS_OUT = 120, 30


@dataclass(frozen=True)
class Answer:
    """Prose, calls of a tool, or both. Arguments given as a string go out as they are: they may be broken JSON."""

    text: str = ""
    calls: tuple[tuple[str, dict[str, Any] | str], ...] = ()

    def arguments(self, index: int) -> str:
        given = self.calls[index][1]
        return given if isinstance(given, str) else json.dumps(given)


def body(vendor: Vendor, answer: Answer) -> bytes:
    return json.dumps({"anthropic": _anthropic, "openai": _openai, "ollama": _ollama}[vendor](answer)).encode()


def stream(vendor: Vendor, answer: Answer) -> list[bytes]:
    frames = {"anthropic": _anthropic_stream, "openai": _openai_stream, "ollama": _ollama_stream}[vendor](answer)
    if vendor == "ollama":
        return [json.dumps(frame).encode() + b"\n" for frame in frames]
    named = vendor == "anthropic"
    sent = [
        (f"event: {frame['type']}\n" if named else "").encode() + b"data: " + json.dumps(frame).encode() + b"\n\n"
        for frame in frames
    ]
    return sent if named else [*sent, b"data: [DONE]\n\n"]


def _words(text: str) -> list[str]:
    return [f"{word} " for word in text.split(" ")[:-1]] + text.split(" ")[-1:] if text else []


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": answer.text}] if answer.text else []
    for index, (name, given) in enumerate(answer.calls):
        # Anthropic sends arguments as an object, so broken JSON can only come as something else than one.
        blocks.append({"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": given})
    return blocks


def _anthropic(answer: Answer) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": _blocks(answer),
        "stop_reason": "tool_use" if answer.calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": TOKENS_IN, "output_tokens": TOKENS_OUT},
    }


def _anthropic_stream(answer: Answer) -> Iterator[dict[str, Any]]:
    opening = _anthropic(Answer()) | {"stop_reason": None, "usage": {"input_tokens": TOKENS_IN, "output_tokens": 1}}
    yield {"type": "message_start", "message": opening}
    for index, block in enumerate(_blocks(answer)):
        empty = block | ({"text": ""} if block["type"] == "text" else {"input": {}})
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        if block["type"] == "text":
            deltas: list[dict[str, Any]] = [{"type": "text_delta", "text": word} for word in _words(block["text"])]
        else:
            deltas = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if answer.calls else "end_turn"
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": TOKENS_OUT},
    }
    yield {"type": "message_stop"}


_USAGE = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": TOKENS_IN + TOKENS_OUT}


def _openai_calls(answer: Answer) -> list[dict[str, Any]]:
    return [
        {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": answer.arguments(index)}}
        for index, (name, _) in enumerate(answer.calls)
    ]


def _openai(answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.calls:
        message["tool_calls"] = _openai_calls(answer)
    reason = "tool_calls" if answer.calls else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-test",
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
        "usage": _USAGE,
    }


def _openai_stream(answer: Answer) -> Iterator[dict[str, Any]]:
    frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in _words(answer.text)]
    deltas += [{"tool_calls": [call | {"index": index}]} for index, call in enumerate(_openai_calls(answer))]
    for delta in deltas:
        yield frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    reason = "tool_calls" if answer.calls else "stop"
    yield frame | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    yield frame | {"choices": [], "usage": _USAGE}


def _ollama_frame(content: str, calls: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = calls
    return {"model": "llama-test", "created_at": "2025-01-01T00:00:00Z", "message": message, "done": False}


def _ollama_calls(answer: Answer) -> list[dict[str, Any]]:
    return [{"function": {"name": name, "arguments": given}} for name, given in answer.calls]


_OLLAMA_END = {"done": True, "done_reason": "stop", "prompt_eval_count": TOKENS_IN, "eval_count": TOKENS_OUT}


def _ollama(answer: Answer) -> dict[str, Any]:
    return _ollama_frame(answer.text, _ollama_calls(answer)) | _OLLAMA_END


def _ollama_stream(answer: Answer) -> Iterator[dict[str, Any]]:
    for word in _words(answer.text):
        yield _ollama_frame(word)
    if answer.calls:
        yield _ollama_frame("", _ollama_calls(answer))
    yield _ollama_frame("") | _OLLAMA_END
