"""`countersign policy`: a bundle's own examples, past decisions under it, and the one in force."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.options import DataDir
from infra.errors import OperatorError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Policy bundles: test, replay, use, list.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Bundle = Annotated[Path, typer.Argument(metavar="BUNDLE.yaml")]


@app.command("test")
def run_own_examples(
    bundle: Annotated[Path | None, typer.Argument(metavar="[BUNDLE.yaml]", help="The shipped one if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run a bundle's own examples; exit 1 when one does not hold, or a rule is never shown met and not met."""
    from providers.policies.bundle import BASELINE
    from providers.policies.testing import run_examples

    path = bundle or BASELINE
    tested = run_examples(_loaded(path))
    failed = [item for item in tested if item.faults]
    if as_json:
        rules = [
            {
                "id": item.rule.id,
                "level": item.rule.level,
                "examples": len(item.rule.examples),
                "faults": [{"file": str(path), "line": fault.line, "reason": fault.reason} for fault in item.faults],
            }
            for item in tested
        ]
        typer.echo(json.dumps({"rules": rules, "failed": len(failed)}, indent=2))
    else:
        for item in tested:
            typer.echo(f"{'FAIL' if item.faults else 'pass'}  {item.rule.id}  {len(item.rule.examples)} examples")
            for fault in item.faults:
                typer.echo(f"      {path}:{fault.line}: {fault.reason}")
        examples = sum(len(item.rule.examples) for item in tested)
        typer.echo(f"{len(tested)} rules, {examples} examples, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


@app.command()
def replay(bundle: Bundle, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Hold past decision sets, as they stood at their last gate, against a bundle."""
    from cli.database import database
    from cli.replay import replayed
    from infra.settings import load_settings

    loaded = _loaded(bundle)
    with database(load_settings(os.environ, data_dir=data_dir), "policy replay") as settings:
        found = asyncio.run(replayed(settings.direct_dsn, loaded))
    if as_json:
        typer.echo(json.dumps(found.as_json(settings.base_url), indent=2))
        return
    for line in found.lines(settings.base_url):
        typer.echo(line)


@app.command()
def use(
    bundle: Annotated[Path | None, typer.Argument(metavar="[BUNDLE.yaml]")] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Go back to what the release ships.")] = False,
    by: Annotated[str | None, typer.Option(help="Whose decision this is; your login name if left out.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Put a bundle in force for plans from now on. It is refused whole when anything in it is wrong."""
    from cli.inputs import put_in_force, who

    if (bundle is None) != shipped:
        raise OperatorError("Name a bundle, or say --shipped.")
    if bundle is None:
        typer.echo(put_in_force("policy use", "policy_bundle", None, name="", files={}, by=who(by), data_dir=data_dir))
        return
    from providers.inputs import files_of
    from providers.policies.testing import contradictions

    loaded = _loaded(bundle)
    if faults := contradictions(loaded):
        raise OperatorError(f"{bundle}:{faults[0].line}: {faults[0].reason}. The bundle in force stays.")
    name, files = loaded.name, files_of(loaded)
    typer.echo(
        put_in_force(
            "policy use", "policy_bundle", loaded.sha256, name=name, files=files, by=who(by), data_dir=data_dir
        )
    )


@app.command("list")
def list_bundles(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Every bundle that was ever in use here."""
    from cli.inputs import listing

    typer.echo(listing("policy list", "policy_bundle", as_json=as_json, data_dir=data_dir))


def _loaded(path: Path):
    from providers.policies import PolicyBundle, PolicyBundleRefused

    try:
        return PolicyBundle.load(path)
    except PolicyBundleRefused as refused:
        raise OperatorError(f"{path}:{refused.line}: {refused.reason}. The bundle in force stays.") from None
