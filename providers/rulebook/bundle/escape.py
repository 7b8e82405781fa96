"""People's words on their way into files that are read by machines."""

from __future__ import annotations

import re
import unicodedata

_NAME_LENGTH = 24
"""An AWS load balancer's name may have 32 characters, and Terraform adds some to others."""
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&@$]|:(?=//)|\.(?<=www\.))", re.IGNORECASE)
_MARKDOWN_START = re.compile(r"^(\d{0,9})([#+=.)-])")
_HCL = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """Without control, format and surrogate characters (Unicode categories C*); line breaks become spaces."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(char for char in spaced if not unicodedata.category(char).startswith("C")).strip()


def resource_name(text: str) -> str:
    """Lower case letters, digits and hyphens, beginning with a letter: a name every cloud takes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not name[:1].isalpha():
        name = f"workload-{name}"
    return name[:_NAME_LENGTH].strip("-")


def label_value(text: str) -> str:
    """Google Cloud's rule for labels, the strictest: at most 63 lower case letters, digits, hyphens, underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-")[:63] or "none"


def markdown(value: object) -> str:
    """The words and nothing else: every mark that could begin formatting, a link, HTML, mathematics or a table cell is
    escaped, and at the start those of a heading or list."""
    return _MARKDOWN_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", printable(str(value))))


def hcl(value: object) -> str:
    """An HCL literal (HCL native syntax specification, "Template Expressions": `${` and `%{` are doubled)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format(value, "g") if isinstance(value, float) else str(value)
    if isinstance(value, list):
        return f"[{', '.join(hcl(item) for item in value)}]"
    kept = "".join(_HCL.get(char) or char for char in str(value) if char in _HCL or char.isprintable())
    return '"' + kept.replace("${", "$${").replace("%{", "%%{") + '"'
