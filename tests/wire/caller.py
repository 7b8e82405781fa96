"""One worker process of two: asks its models when it is told to, one line in, one line out."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from infra.logging import configure_logging
from infra.models import model_accesses
from providers.chat.model import ChatModel
from providers.chat.wording import Wording
from providers.resilience import Ask, Models, NoModelAnswered, Patience, Prompt, Turn
from storage.artifacts import FolderStore
from storage.postgres import make_pool
from storage.records.ids import Sha256

PATIENCE = Patience(attempts=1, failures=3, pause=3600, call=30)
"""The pause is over when a test says so, by moving `opened_at`."""


async def serve(model: str) -> None:
    accesses = model_accesses([model], os.environ)
    async with make_pool(os.environ["CALLER_DATABASE"], maximum=2) as pool:
        models = Models(
            [ChatModel(access, PATIENCE) for access in accesses], pool, FolderStore(Path("/nonexistent")), PATIENCE
        )
        while line := await asyncio.to_thread(sys.stdin.readline):
            ask = Ask(
                task="test",
                purpose="say anything",
                pack=Sha256("0" * 64),
                prompt=Prompt("Ask.", (Turn("operator", line),)),
                schema=Wording,
            )
            try:
                answered = await models.ask(ask)
                said = {"said": answered.value.question}
            except NoModelAnswered as error:
                said = {"failed": error.cause}
            print(json.dumps(said), flush=True)
        await models.close()


if __name__ == "__main__":
    configure_logging("info", process="worker")
    asyncio.run(serve(sys.argv[1]))
