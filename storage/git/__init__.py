"""Each project's repository. Its home is Postgres, packs and refs as rows; local ones are restored and thrown away."""

from storage.git.packs import merge_packs, packs_of, tidy
from storage.git.patches import file_changes
from storage.git.publish import (
    MAIN,
    PreparedCommit,
    Target,
    branch_for,
    nearest_commit,
    prepare_commit,
    publish,
)
from storage.git.serve import GitFile, serve_path

__all__ = [
    "MAIN",
    "GitFile",
    "PreparedCommit",
    "Target",
    "branch_for",
    "file_changes",
    "merge_packs",
    "nearest_commit",
    "packs_of",
    "prepare_commit",
    "publish",
    "serve_path",
    "tidy",
]
