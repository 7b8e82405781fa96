"""Other people's words within a line of ours."""


def excerpt(text: str, longest: int) -> str:
    """On one line, of `longest` characters at most; a last “…” stands for what is left out."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
