"""The built-in code generator: from an approved plan to a small bundle that runs."""

from providers.rulebook.bundle.archive import UnsafePath, safe_path, unzip_bundle, zip_bundle
from providers.rulebook.bundle.codegen import NothingToBuild, RulebookCodeGen

__all__ = ["NothingToBuild", "RulebookCodeGen", "UnsafePath", "safe_path", "unzip_bundle", "zip_bundle"]
