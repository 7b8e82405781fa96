"""Sizes: data in gigabytes, models in parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import PERIOD, SIZE, factor, rounded, unit_of

_DATA = phrases(
    r"""data|dataset|data set|datasets|data ?lake|corpus|corpora|parquet|csvs?|jsonl?|tfrecords?|images?|videos?|
        logs|documents|pdfs|text|history|tables?|records|audio|recordings|click ?stream|training set|features|
        samples|transcripts|scans|archive|bilder|daten|datensatz|trainingsdaten|dokumente|files|imagery|photos|pictures|dump|warehouse|
        delta|bigquery|events|footage|telemetry|measurements"""
)
_NOT_DATA = phrases(
    r"""v?ram|memory|gpu|gpus|disk|ssd|nvme|hdd|home director\w*|per user|hbm|swap|weights|checkpoints?|docker|
        container|quota|heap|cache|vcpus?|cpus?|cores|instance|bandwidth|network|egress|file size limit|
        upload limit|each node|model file|model size|volume|free|speicher|arbeitsspeicher|a100|h100|v100|t4|l4|card"""
)
_NOUN = phrases(r"dataset|data set|data|corpus|training set|datensatz|daten")
_WORK = phrases(
    r"""(?:re-?|pre-?)?train\w*|fit(?:ting)?|fine-?tun\w+|batch|pipelines?|etl|spark|dask|dbt|nightly|backfill|scor(?:e|ing)|
        xgboost|lightgbm|catboost|sklearn|scikit-learn|random forest|preprocess\w*|embed(?:ding)?|classify|transcribe|
        trainieren"""
)
"""Work that is done on data as a whole."""
_FED = re.compile(
    r"\b(?P<by>on|over|with|from|auf|mit)\s+(?:about |around |roughly |some |all |our |the |nearly |~ ?)*$"
)
_OF = re.compile(
    r"\s?(?:of|von) (?P<what>(?:(?!with\b|on\b|in\b|and\b|at\b|for\b|using\b|per\b|every\b)[\w-]+\s?){1,3})"
)
_BARE = re.compile(
    r"\s?(?:$|[.,;:)\n]|(?:in|within|every|each|nightly|overnight|weekly|daily|using|and|at|for|by|on)\b)"
)
_NO_MATERIAL = phrases(r"storage|space|traffic|transfer|tokens?|capacity|buffer|drives?|machines?|nodes?|servers?")
_SHARED_OUT = re.compile(r"(?:\bper|/|\bpro|\b(?:each|every)(?! (?:day|night|week|month|hour|year|\w+day)\b))\s?[a-z]+")
_SURELY_DATA_GB = 100
"""A bare size below it may as well be a machine's memory."""
_GROWTH = re.compile(r"\b(?:grow\w*|adding|add(?:s|ed)?|ingest\w*|per day|a day|new|wächst)\b")
_PARAMETERS = re.compile(r"[ -]?(?:parameters?|params?|parameter(?:n)?)\b")
_BILLIONS = re.compile(
    r"(?<![\w.$€])(?:(?<=x)|(?<![a-z]))(?P<number>\d{1,4}(?:\.\d+)?)[ -]?(?P<scale>b|bn|m)(?![\w/])|"
    r"(?<=[a-z\d]-)(?P<suffix>\d{1,4}(?:\.\d+)?)(?P<suffix_scale>b|m)(?![\w/])"
)
_MODEL = re.compile(
    r"\b(?:models?|llms?|param\w*|llama[\w.-]*|mistral\w*|mixtral|qwen[\w.-]*|falcon|gpt[\w.-]*|bert\w*|"
    r"gemma\w*|phi-?\d|opt|bloom\w*|vicuna|alpaca|yi|deepseek\w*|t5|transformer|pythia|starcoder|mpt|"
    r"codellama|chatglm\w*|modell?e?|sprachmodell)\b"
)
_NOT_PARAMETERS = re.compile(
    r"^[ -]?(?:tokens?|rows|requests?|images|records|users|events|usd|dollars|euros?|samples|points|"
    r"documents|pages|calls|queries|msgs|messages|transactions|items|skus|predictions|bytes|entries|vectors|"
    r"embeddings|customers)\b"
)


def datasets(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    for amount in amounts:
        unit = SIZE.match(text.working, amount.end)
        if unit is None or (
            unit.group().strip() in {"g", "t"} and "data" not in context.clause(text, amount.start, unit.end())
        ):
            continue
        clause = context.clause(text, amount.start, unit.end())
        sentence = context.sentence(text, amount.start)
        after = text.working[unit.end() : unit.end() + 30]
        before = text.working[max(text.clause(amount.start, unit.end()).start, amount.start - 30) : amount.start]
        if (
            not (_DATA.search(clause) or _DATA.search(before))
            or _NOT_DATA.search(before + after)
            or _NOT_DATA.search(clause)
        ) and not _is_worked_on(text, amount, unit):
            continue
        if PERIOD.match(text.working, unit.end()) or re.match(r" of (?:new )?\w+ (?:per|a|each|every) ", after):
            continue
        if _GROWTH.search(before[-15:]) or not context.claimed(text, amount.start, unit.end()):
            continue
        start = stated_from(text, _NOUN, amount.start)
        size = amount.high * factor(unit_of(unit), "GB")
        if size <= 0:
            yield Doubt("dataset_size_gb", start, unit.end(), "A dataset cannot be smaller than nothing.")
            continue
        rank = 2 if re.search(r"\b(?:dataset|data set|data|corpus|daten\w*|training set)\b", sentence) else 1
        yield Candidate("dataset_size_gb", rounded(size), start, unit.end(), "size", rank)


def _is_worked_on(text: Text, amount: Amount, unit: re.Match[str]) -> bool:
    """ "train on 2 TB of clicks", "XGBoost on 300 GB"."""
    sentence = text.sentence(amount.start)
    fed = _FED.search(text.working, max(sentence.start, amount.start - 40), amount.start)
    if fed is None or _WORK.search(text.slice(sentence)) is None:
        return False
    after = text.working[unit.end() : min(sentence.end, unit.end() + 50)]
    if _SHARED_OUT.search(after.split(",")[0]):
        return False
    material = _OF.match(after)
    if material is not None:
        return not (_NOT_DATA.search(material["what"]) or _NO_MATERIAL.search(material["what"]))
    size = amount.high * factor(unit_of(unit), "GB")
    clause = context.clause(text, amount.start, unit.end())
    return (
        fed["by"] in {"on", "over", "auf"}
        and size >= _SURELY_DATA_GB
        and _BARE.match(after) is not None
        and _NOT_DATA.search(clause) is None
    )


def model_sizes(text: Text, amounts: list[Amount]) -> Iterator[Candidate]:
    for amount in amounts:
        behind = _PARAMETERS.match(text.working, amount.end)
        if behind is not None and amount.high >= 1000 and context.claimed(text, amount.start, behind.end()):
            yield Candidate("model_size_params", int(amount.high), amount.start, behind.end(), "parameters", 2)
    for match in _BILLIONS.finditer(text.working):
        number = float(match["number"] or match["suffix"])
        scale = match["scale"] or match["suffix_scale"]
        if not _is_model(text, match, scale) or not context.claimed(text, match.start(), match.end()):
            continue
        yield Candidate(
            "model_size_params", int(number * (1e6 if scale == "m" else 1e9)), match.start(), match.end(), "model", 2
        )


def _is_model(text: Text, match: re.Match[str], scale: str) -> bool:
    sentence = text.sentence(match.start())
    before = text.working[max(sentence.start, match.start() - 30) : match.start()]
    after = text.working[match.end() : min(sentence.end, match.end() + 30)]
    if (
        _NOT_PARAMETERS.match(after)
        or re.search(r"[$€£]\s?$|\b\d+x$", before)
        or PERIOD.match(text.working, match.end())
    ):
        return False
    near = _MODEL.search(after[:16]) or re.search(
        rf"{_MODEL.pattern}[\s\d.v-]{{0,8}}(?:instruct |chat |base )?$", before
    )
    if match["suffix"] is not None:
        return near is not None or (scale == "b" and re.search(r"[a-z]{2,}[\w.]*-$", before) is not None)
    return near is not None
