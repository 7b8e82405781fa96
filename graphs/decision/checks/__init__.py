"""Holds a bundle against its checks: some read it, its own tests and Terraform run in the sandbox."""

from graphs.decision.checks.validate import validate

__all__ = ["validate"]
