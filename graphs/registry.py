"""Every graph by name, built for the worker or, without a ledger, for LangGraph's own tools."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from graphs.counted import counted
from graphs.decision.graph import decision_graph
from graphs.ledger import ledgered, plain
from graphs.services import Services
from infra.sandbox import Sandbox
from intake.graph import intake_graph
from intake.worth import weighed
from providers.compute import here
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.bundle import RulebookCodeGen
from storage.artifacts import FolderStore
from storage.records.steps import GraphName

Compiled = CompiledStateGraph[Any, Any, Any, Any]


def build(name: GraphName, services: Services, *, ledger: bool = True) -> Compiled:
    """Compiled without a checkpointer; the worker gives each run one of its own."""
    wrap = counted(ledgered if ledger else _plain, services.node_done)
    if name == "intake":
        weigh = weighed(services.current, services.compute)
        return intake_graph(services.orchestration, wrap, weigh).compile(name=name)
    return decision_graph(services, wrap, with_ledger=ledger).compile(name=name)


def _plain(name: str, node: Any, *, schema: type, reads: type) -> Any:
    return plain(name, node)


def _studio_services() -> Services:
    book = PriceBook.load()
    bundle = PolicyBundle.load()
    return Services(
        orchestration=Rulebook(book),
        codegen=RulebookCodeGen(),
        book=book,
        policies=bundle,
        artifacts=FolderStore(Path(tempfile.mkdtemp(prefix="countersign-"))),
        sandbox=Sandbox.detect(),
        compute=here,
    )


def intake() -> Compiled:
    """For `langgraph dev`: see langgraph.json."""
    return build("intake", _studio_services(), ledger=False)


def decision() -> Compiled:
    """For `langgraph dev`: see langgraph.json."""
    return build("decision", _studio_services(), ledger=False)
