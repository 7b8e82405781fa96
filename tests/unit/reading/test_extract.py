from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.extract import extract
from infra.errors import OperatorError


def lines(*texts: str) -> str:
    return "".join(json.dumps({"id": f"t{number}", "text": text}) + "\n" for number, text in enumerate(texts, start=1))


def test_one_line_out_for_each_line_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(lines("p95 under 80 ms, nur EU – bitte", "hello"), encoding="utf-8")
    extract(file)
    out = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert out == [
        {
            "id": "t1",
            "constraints": {"latency_p95_ms": 80.0, "data_residency": "EU"},
            "evidence": {"latency_p95_ms": [0, 15], "data_residency": [17, 23]},
        },
        {"id": "t2", "constraints": {}, "evidence": {}},
    ]


def test_a_bad_line_is_named_and_the_others_are_not_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(lines("4 GPUs") + 'not json\n{"id": "x"}\n' + lines("no spot"), encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        extract(file)
    printed = [json.loads(line)["constraints"] for line in capsys.readouterr().out.splitlines()]

    assert printed == [{"gpu_count": 4, "gpu_required": True}, {"spot_ok": False}]
    assert f"{file}, line 2: " in str(caught.value)
    assert f"{file}, line 3: text: " in str(caught.value)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot read"):
        extract(tmp_path / "nowhere.jsonl")


def test_two_hundred_texts_are_read_without_web_graphs_or_database(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    text = "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"
    file.write_text(lines(*[text] * 200), encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from cli.extract import extract; extract(Path(sys.argv[1])); "
        "sys.exit(sorted({'langgraph', 'fastapi', 'psycopg'} & set(sys.modules)) != [])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 200
