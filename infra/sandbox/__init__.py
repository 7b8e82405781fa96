"""Runs generated programs where they can reach nothing: no network, no file of the host but read-only libraries."""

from infra.sandbox.layout import program_roots
from infra.sandbox.run import Limits, Sandbox, SandboxFailed, SandboxName, SandboxResult

__all__ = ["Limits", "Sandbox", "SandboxFailed", "SandboxName", "SandboxResult", "program_roots"]
