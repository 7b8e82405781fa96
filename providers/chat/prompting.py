"""From a pack to what a model is told first."""

from __future__ import annotations

import json

from providers.packs import Pack


def system(pack: Pack, examples: list[str]) -> str:
    """`examples` as the model would meet and answer them."""
    return "\n\n".join([pack.prompt.strip(), *(f"Example:\n{example}" for example in examples)])


def system_for(pack: Pack, tool: str) -> str:
    """With examples that are answered by a call of `tool`."""
    return system(pack, [f"{item.text.strip()}\n{tool} {json.dumps(item.answer)}" for item in pack.examples])
