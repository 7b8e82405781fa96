"""The built-in provider: it reads, plans and criticises by rules, from dated figures."""

from providers.rulebook.provider import Rulebook

__all__ = ["Rulebook"]
