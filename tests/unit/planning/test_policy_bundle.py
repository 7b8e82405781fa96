from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from providers.policies import BASELINE, PolicyBundle, PolicyBundleRefused

RULE = """
  - id: {id}
    title: Within budget
    level: {level}
    condition: {condition}
    actual: usd(cost.likely)
    required: "'little'"
    message: Too dear.
    remedy: Spend less.
"""


def write(folder: Path, *rules: str, head: str = "bundle: test\nrules:") -> Path:
    path = folder / "bundle.yaml"
    path.write_text(head + "".join(rules))
    return path


def rule(id: str = "budget", level: str = "hard", condition: str = "cost.likely < 100.0", extra: str = "") -> str:
    return RULE.format(id=id, level=level, condition=condition) + extra


def test_the_baseline_loads() -> None:
    bundle = PolicyBundle.load()
    assert (bundle.name, len(bundle.rules) >= 25) == ("baseline", True)
    assert bundle.figures["gpu_quota_vcpus"] == {"aws": 0, "azure": 0}
    assert [name for name, figure in bundle.sources.items() if not (figure.source and figure.as_of)] == []
    used = {name for rule in bundle.rules for name in rule.figures}
    assert used == bundle.sources.keys()


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, BASELINE.read_text(), head="")
    assert PolicyBundle.load(path).sha256 == PolicyBundle.load().sha256
    path.write_text(path.read_text() + "\n# a comment\n")
    assert PolicyBundle.load(path).sha256 != PolicyBundle.load().sha256


def test_a_pickle_carries_the_content_and_is_compiled_once_in_each_process(tmp_path: Path) -> None:
    path = write(tmp_path, rule())
    pickled = pickle.dumps(PolicyBundle.load(path))
    path.unlink()
    restored = pickle.loads(pickled)
    assert [item.id for item in restored.rules] == ["budget"]
    assert pickle.loads(pickled) is restored


@pytest.mark.parametrize(
    ("rules", "line", "reason"),
    [
        ([rule(), rule()], 12, "duplicate id 'budget'"),
        ([rule(extra="    owner: me\n")], 11, "unknown field 'owner'"),
        ([rule(extra="    title: again\n")], 11, "field 'title' is there twice"),
        ([rule(level="loud")], 5, "level is 'loud'"),
        ([rule(condition="cost.likely <")], 6, "condition: Failed to parse expression"),
        ([rule(condition="cheap(cost.likely)")], 6, "condition: unknown function 'cheap'"),
        ([rule(condition="cost.lickely < 1.0")], 6, "condition: unknown name 'cost.lickely'"),
        ([rule(condition="price < 1.0")], 6, "condition: unknown name 'price'"),
        ([rule(condition="cost['likely'] < 1.0")], 6, "condition: names are read with a dot"),
        ([rule(condition="cost.likely < constraints.monthly_budget_usd")], 6, "condition: No such overload"),
        ([rule(condition="cost.likely")], 6, "condition: gives float, not true or false"),
        ([rule(extra="    applies: plan.feasible\n")], 3, "`applies` and `otherwise` go together"),
        ([rule().replace("    remedy: Spend less.\n", "")], 3, "field 'remedy' must be text"),
        (["\n  - just words\n"], 3, "a mapping of fields is expected"),
        (["\n  - id: [\n"], 4, "not valid YAML"),
        ([" []\n"], 2, "must be a list that is not empty"),
    ],
)
def test_a_wrong_bundle_is_refused_whole(tmp_path: Path, rules: list[str], line: int, reason: str) -> None:
    with pytest.raises(PolicyBundleRefused) as refused:
        PolicyBundle.load(write(tmp_path, *rules))
    assert (refused.value.file, refused.value.line) == ("bundle.yaml", line), refused.value
    assert reason in refused.value.reason


def test_an_unknown_top_field_and_a_figure_without_a_source_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyBundleRefused, match="unknown field 'version'"):
        PolicyBundle.load(write(tmp_path, rule(), head="bundle: test\nversion: 1\nrules:"))
    with pytest.raises(PolicyBundleRefused, match="field 'source' must be text"):
        PolicyBundle.load(write(tmp_path, rule(), head="bundle: test\nfigures: {quota: {value: 1}}\nrules:"))


def test_an_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyBundleRefused, match=r"bundle\.yaml:1: the file is empty"):
        PolicyBundle.load(write(tmp_path, head=""))
    with pytest.raises(PolicyBundleRefused, match=r"nowhere\.yaml:1: cannot be read"):
        PolicyBundle.load(tmp_path / "nowhere.yaml")
