import io
import zipfile

import pytest

from providers.rulebook.bundle import UnsafePath, safe_path, unzip_bundle, zip_bundle


def test_a_zip_holds_exactly_the_files() -> None:
    files = {"b/c.py": b"x = 1\n", "a.md": b"# A\n", "empty": b""}
    with zipfile.ZipFile(io.BytesIO(zip_bundle(files))) as archive:
        assert archive.namelist() == ["a.md", "b/c.py", "empty"]
        assert {name: archive.read(name) for name in archive.namelist()} == files
    assert unzip_bundle(zip_bundle(files)) == files


def test_the_order_of_the_files_does_not_matter() -> None:
    assert zip_bundle({"a": b"1", "b": b"2"}) == zip_bundle({"b": b"2", "a": b"1"})


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a/",
        "a\\b",
        ".git/config",
        "a/.git/hooks/x",
        "a\nb",
        "ä",
    ],
)
def test_a_path_that_is_not_plain_is_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        safe_path(path)
    with pytest.raises(UnsafePath):
        zip_bundle({path: b""})


@pytest.mark.parametrize("path", ["a", ".github/workflows/ci.yml", "docs/plan.md", "a b+c@d-e_f.txt"])
def test_a_plain_path_stays_as_it_is(path: str) -> None:
    assert str(safe_path(path)) == path
