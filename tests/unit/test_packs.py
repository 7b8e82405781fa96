"""Packs are known by their content; a file that is not quite one is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from providers.chat import criticising, proposing
from providers.chat.extraction import extraction, reading
from providers.chat.wording import Wording
from providers.packs import Pack, PackRefused, Registry, load_packs, read_pack
from storage.records.canonical import sha256_of

GOOD = """
id: greeting
version: "2"
purpose: Says hello.
prompt: Say hello.
examples:
  - {text: Hi, answer: {text: Hello there}}
"""


def written(folder: Path, content: str, name: str = "greeting") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(content)
    return path


def test_a_pack_is_known_by_the_hash_of_its_content(tmp_path: Path) -> None:
    pack = read_pack(written(tmp_path, GOOD))
    assert pack.sha256 == sha256_of(pack.model_dump(mode="json"))
    head = reversed(GOOD.strip().split("\n")[:4])
    reordered = "\n".join([*head, "examples: [{answer: {text: Hello there}, text: Hi}]"])
    assert read_pack(written(tmp_path, reordered)).sha256 == pack.sha256
    assert read_pack(written(tmp_path, GOOD.replace("Say hello.", "Say hello!"))).sha256 != pack.sha256
    found = load_packs(tmp_path)
    assert [item.id for item in found] == ["greeting"]
    assert found["greeting"].sha256 != pack.sha256


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + "temper: 1\n", "greeting.yaml: temper: Extra inputs are not permitted"),
        (GOOD + "prompt: Say bye.\n", "prompt is there twice"),
        (GOOD.replace("prompt: Say hello.\n", ""), "greeting.yaml: prompt: Field required"),
        (GOOD.replace("text: Hi, ", ""), "greeting.yaml: examples.0.text: Field required"),
        (GOOD.replace("id: greeting", "id: parting"), "it is parting, and the file is called otherwise"),
        (GOOD.replace("id: greeting", "id: [greeting"), "greeting.yaml: "),
        ("- greeting\n", "greeting.yaml: the file: "),
    ],
)
def test_what_is_not_quite_a_pack_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(PackRefused) as refused:
        read_pack(written(tmp_path, content))
    assert said in str(refused.value)


def test_two_packs_of_one_name_are_refused() -> None:
    pack = Pack(id="greeting", version="1", purpose="Says hello.", prompt="Say hello.")
    with pytest.raises(PackRefused, match="two packs are called greeting"):
        Registry([pack, pack])


def test_the_packs_that_ship_show_what_they_ask_for() -> None:
    packs = load_packs()
    examples = packs["intake-reading"].examples
    assert len(examples) >= 4
    for example in examples:
        found = reading(extraction().model_validate(example.answer), example.text, "model:test")
        stated = set(example.answer) - {"impossible"}
        assert {item.field for item in found.findings} == stated
        assert found.dropped == ()
        assert len(found.problems) == len(example.answer.get("impossible", []))
    for example in packs["intake-wording"].examples:
        assert Wording.model_validate(example.answer).reply


def test_a_foreign_budget_is_converted_by_the_dated_table() -> None:
    recorded = extraction().model_validate(
        {"monthly_budget_usd": {"value": 1000, "currency": "EUR", "quote": "1000 EUR"}}
    )
    (found,) = reading(recorded, "at most 1000 EUR", "model:test").findings
    assert (found.value, found.start, found.end) == (1153.4, 8, 16)


def test_the_examples_of_planning_and_criticism_pass_what_answers_must_pass() -> None:
    packs = load_packs()
    for example in packs["plan-proposing"].examples:
        told = json.loads(example.text)
        proposing.check(proposing.Proposed.model_validate(example.answer), example.text, len(told["options"]))
    for critic in ("tech", "cost", "risk"):
        examples = packs[f"critic-{critic}"].examples
        assert {example.answer["severity"] for example in examples} & {"none", "low"}
        for example in examples:
            told = json.loads(example.text)
            criticised = criticising.Criticised.model_validate(example.answer)
            criticising.check(criticised, example.text, facts=len(told["facts"]), options=len(told["options"]))
            assert set(told) == {"constraints", "facts", "options", "planned"}
