"""The size of data, in gigabytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import clauses, context, items
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases, says
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import PERIOD, SIZE, factor, rounded, unit_of

_DATA = phrases(
    r"""data|dataset|data set|datasets|data ?lake|corpus|corpora|parquet|csvs?|jsonl?|tfrecords?|images?|videos?|
        logs|documents|pdfs|text|history|tables?|records|audio|recordings|click ?stream|training set|features|
        samples|pages|articles|contracts|tickets|transcripts|scans|archive|bilder|daten|datensatz|trainingsdaten|
        dokumente|files|imagery|photos|
        pictures|dump|warehouse|
        delta|bigquery|events|footage|telemetry|measurements|databases?|index(?:es)?|s3|gcs|buckets?|tiles|
        trainingsdaten|
    datenbank"""
)
_NOT_DATA = phrases(
    r"""v?ram|memory|gpu|gpus|disk|ssd|nvme|hdd|home director\w*|per user|hbm|swap|weights|checkpoints?|docker|
        container|quota|heap|cache|vcpus?|cpus?|cores|instance|bandwidth|network|egress|file size limit|
        upload limit|each node|nodes?|machines?|servers?|vms?|models?|modell|model file|model size|(?<!data )volume|
        free|
        speicher|arbeitsspeicher|a100|h100|v100|t4|l4|card"""
)
_LIBRARY = (
    r"(?:wikis?|confluence|sharepoint|intranet|knowledge[- ]?bases?|handbooks?|manuals|wissensdatenbank|handbücher)"
)
_A_LIBRARY = re.compile(rf"\s(?:of )?(?:[a-z-]+ )?{_LIBRARY}\b(?! (?:servers?|vms?|instances?|nodes?|machines?))")
_OF_A_LIBRARY = re.compile(
    rf"\b{_LIBRARY} ?(?:[(:]|(?:is|has|holds|takes|comes to|of|with|von|mit)\b) ?"
    r"(?:about |around |roughly |some |~ ?)?$"
)
""" "our 200 GB wiki", "our wiki (200 GB)": where the texts lie that are searched."""
_NOUN = phrases(r"dataset|data set|data|corpus|training set|datensatz|daten")
_WORK = phrases(
    r"""(?:re-?|pre-?)?train\w*|fit(?:ting)?|fine-?tun\w+|batch|pipelines?|etl|spark|dask|dbt|nightly|backfill|
        scor(?:e|ing)|ingest\w*|resiz\w+|transcrib\w*|tagg?(?:ing)?|label(?:l?ing)?|annotat\w+|summari[sz]\w+|
        xgboost|lightgbm|catboost|sklearn|scikit-learn|random forest|preprocess\w*|embed(?:s|ding)?|classify|transcribe|
        trainier\w*|fein-?(?:abstimm|abgestimm|tun)\w*|nachtrainier\w*"""
)
"""Work that is done on data as a whole."""
_WORKED_ON = re.compile(
    rf"{_WORK.pattern}|\bfeature stores?\b|\bindex(?:es|ing)?\b|\brag\b|\bclustering\b|"
    rf"\bembeddings\b|\bpredictions\b|\bcatboost\b"
)
_FED = re.compile(
    r"\b(?P<by>on|over|with|from|auf|mit|reads?|process(?:es)?|ingests?|scans?|crunch(?:es)?|loads?|liest|"
    r"verarbeitet)\s+(?:about |around |roughly |some |all |our |the |nearly |~ ?)*$"
)
_OF = re.compile(
    r"\s?(?:of|von) (?!\d)(?P<what>(?:(?!with\b|on\b|in\b|and\b|at\b|for\b|using\b|per\b|every\b)[\w-]+\s?){1,3})"
)
_BARE = re.compile(
    r"\s?(?:$|[.;:)\n]|,(?! ?\d+ ?(?:gpu|cpu|core|vcpu))|(?:in|within|every|each|nightly|overnight|weekly|daily|"
    r"using|and|at|for|by|on|with (?!\d+ ?(?:gb|gi?b|v?cpus?|cores?)))\b)"
)
_NO_MATERIAL = phrases(
    r"v?ram|memory|flash|rom|sram|storage|space|disk|ssd|swap|headroom|traffic|transfer|tokens?|capacity|buffer|"
    r"drives?|machines?|instances?|replicas?|pods?|workers?|gpus?|cards?|"
    r"students?|users?|people|persons?|participants?|nodes?|servers?"
)
_SHARED_OUT = re.compile(r"(?:\bper|/|\bpro|\b(?:each|every)(?! (?:day|night|week|month|hour|year|\w+day)\b))\s?[a-z]+")
_SURELY_DATA_GB = 100
"""A bare size below it may as well be a machine's memory."""
_HARDLY_MEMORY_GB = 50
"""What is trained on from here is data, where nothing is said of machines."""
_OF_A_CARD = re.compile(
    r"\b(?:[ahlvtp]\d{1,3}g?|(?:rtx|gtx|titan|tesla|radeon|quadro)[ -]?\w*|\d{4}(?: ?ti| super)?|gpus?|cards?|"
    r"orin|jetson) \(\s?$"
)
"""In front of the memory that stands in brackets behind a card."""
_ONE_IMAGE = re.compile(
    r"\b(?:docker|container|base|the|an?|our) image (?:is|was|has|size|of|weighs|"
    r"takes)\b[^.;,\d]{0,20}$"
)
"""In front of the size of what a container starts from."""
_STORED = re.compile(
    r"\s?(?:in|on|auf|im|at)\s(?:our |an? |the )?(?:s3|gcs|buckets?|blob|bigquery|warehouse|data ?lake|hdfs|delta|"
    r"minio|"
    r"adls|snowflake|redshift|postgres\w*|databases?)\b"
)
_COUNTED_SET = re.compile(
    r"\d[\d.,]*k? (?:[a-zäöüß-]+ ){1,4}\((?:(?:about|around|roughly|etwa|rund|circa|ca\.|total\w*|in all|~) ?)*$"
)
"""In front of "22 GB)": "70,000 letters (about"."""
_GERMAN_DATA = re.compile(
    r"\s(?:an )?[a-zäöüß]*(?:protokolle?n?|daten|datensätze?n?|bildern?|dokumenten?|dateien|rechnungen|texten?|"
    r"aufnahmen|"
    r"verträgen?|briefen?|\w*chats?|nachrichten|berichten?|artikeln?|gesprächen?|fotos|mails|scans|seiten)\b"
)
_GERMAN_NOUN = re.compile(r"\s(?!arbeits|speicher|platten|festplatte)[a-zäöüß]{6,}\b")
_EACH = re.compile(
    r"\s?(?:each|apiece|per (?:row|image|file|document|record|item|video|clip|sample|page|pdf|scan)|je(?:weils)?\b)"
)
_SO_MANY = re.compile(r"\s?[a-zäöüß-]+(?: [a-zäöüß-]+)?,? (?:of |with |at |à |zu )?(?:about |around |roughly |~ ?)?")
_GROWTH = re.compile(r"\b(?:grow\w*|adding|add(?:s|ed)?|ingest\w*|per day|a day|new|wächst)\b")
_INPUT = re.compile(
    r"\s(?:(?:of )?(?:raw |compressed |daily |nightly )?input|in total input|to (?:be )?(?:score|process|embed|index|"
    r"classif|transcrib|read|"
    r"crunch|load)\w*)\b"
)
_JOB_ON = re.compile(
    r"\b(?:(?:batch|bulk|offline|nightly|overnight|daily|weekly) (?:(?!(?:runs?|running|needs?|fits?|nodes?|on|of)\b)"
    r"[\w-]+ ){1,3}?(?:on|over|of|for)|(?:score|classify|embed|transcribe|resize|tag|label|ocr|index|caption|annotate|"
    r"summari[sz]e|translate|convert|deduplicate|clean|transform|process|ingest|crunch)"
    r"(?: (?:(?!gpus?\b|cpus?\b|vms?\b|pods?\b|models?\b)[\w-]+ ){0,4}?(?:on|over|from|in))?)\s"
    r"(?:about |around |roughly |some |all |our |the |nearly |~ ?)*$"
)
_IT_IS = re.compile(
    r"\s?(?:it(?:'s| is)|that(?:'s| is)|they(?:'re| are)|all in all|in total,?)(?: it's)? (?:only |just |all |"
    r"in total )*"
    r"(?:about |around |roughly |some |~ ?)*"
)
_IN_EACH_RUN = re.compile(
    r"\b(?:daily|nightly|hourly|weekly|overnight) (?:\w+ )?(?:ingest\w*|loads?|imports?|exports?|cop(?:y|ies)|jobs?|"
    r"runs?|batch(?:es)?) of "
    r"(?:about |around |roughly |~ ?)*$"
)
_HARDWARE_NEAR = re.compile(
    r"\b(?:gpus?|cards?|nodes?|machines?|box(?:es)?|servers?|laptops?|instances?|vms?|jetson|pods?|workers?|cpus?|"
    r"[ahtlv]\d{1,3}s?)\b"
)
_MODEL_LAST = re.compile(r"\b(?:models?|llms?|weights|checkpoints?|(?:llama|mistral|qwen|gemma)\S*|\d+b)\W*$")
"""At the end of an item, where a size behind it may be the model's own."""
_TOKENS = re.compile(r"\s(?:(?:un)?compressed |raw |clean )?tokens\b")
_ITEM = re.compile(r"\W*(?:[\w /()+-]{2,25}:\s)?(?:about |around |roughly |~ ?|rund |etwa )?[\d.,]+ ?[a-z]+\W*")
"""A size that stands alone between commas or behind its label: "monthly, 400 GB, on spot", "offline: 14 TB"."""
_MACHINE = phrases(
    r"v?ram|memory|v?cpus?|cores?|disks?|ssds?|nvme|hdds?|volumes?|nodes?|machines?|instances?|pods?|storage|speicher|"
    r"arbeitsspeicher|traffic|bandwidth|egress|checkpoints?|weights"
)
_PER_RUN = re.compile(
    r"(?:\s(?:of|von) (?:\w+ ){0,1}\w+)?(?: (?:arrive|come in|land|are (?:added|loaded|read)|kommen))?"
    r"(?: ?/ ?|\s(?:per|an?|each|every|pro|je|am|jede[nrs]?) )(?:hour|day|night|run|batch|job|stunde|tag|nacht|lauf)\b"
)


def datasets(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    for position, amount in enumerate(amounts):
        unit = SIZE.match(text.working, amount.end)
        if unit is None or not context.claimed(text, amount.start, unit.end()):
            continue
        start, end = stated_from(text, _NOUN, amount.start), unit.end()
        size = amount.high * factor(unit_of(unit), "GB")
        each = _EACH.match(text.working, end)
        counted = amounts[position - 1] if each is not None and position > 0 else None
        so_many = None if counted is None else _SO_MANY.fullmatch(text.working, counted.end, amount.start)
        if so_many is not None and _NO_MATERIAL.search(so_many.group()):
            continue
        if counted is not None and so_many is not None:
            start, end, size = counted.start, end if each is None else each.end(), size * counted.count
        elif (per_run := _is_handled_daily(text, unit)) or not _is_data(text, amount, unit):
            if per_run:
                yield Candidate("dataset_size_gb", rounded(size), start, end, "size of a run", 0)
            continue
        if size <= 0:
            yield Doubt("dataset_size_gb", start, end, "A dataset cannot be smaller than nothing.")
            continue
        surely = re.search(r"\b(?:dataset|data set|data|corpus|daten\w*|training set)\b", clauses.sentence(text, start))
        rank = (1 if surely is None else 2) + (1 if _WORK.search(clauses.clause(text, start, end)) else 0)
        yield Candidate("dataset_size_gb", rounded(size), start, end, "size", rank)


def _is_data(text: Text, amount: Amount, unit: re.Match[str]) -> bool:
    """Something to be read, not a memory, a disk, a model or what is added every day."""
    sentence = text.sentence(amount.start)
    before = text.working[max(sentence.start, amount.start - 60) : amount.start]
    after = text.working[unit.end() : min(sentence.end, unit.end() + 40)]
    clause = clauses.clause(text, amount.start, unit.end())
    if unit.group().strip() in {"g", "t"} and "data" not in clause:
        return False
    if _OF_A_CARD.search(before) or _ONE_IMAGE.search(before):
        return False
    if _A_LIBRARY.match(after) or _OF_A_LIBRARY.search(before):
        return True
    if _is_worked_on(text, amount, unit) or _TOKENS.match(after) or _is_item(text, amount, unit):
        return True
    if _IN_EACH_RUN.search(before) or _is_how_much(text, amount, unit):
        return True
    if (
        PERIOD.match(after)
        or re.match(r" of (?:new )?\w+ (?:per|a|each|every) ", after)
        or _GROWTH.search(before[-15:])
    ):
        return False
    material = _OF.match(after)
    if material is not None and not _NO_MATERIAL.search(material["what"]) and not _NOT_DATA.search(material["what"]):
        return _SHARED_OUT.search(after.split(",")[0]) is None
    if _INPUT.match(after) or _is_input_of_job(text, amount, unit):
        return True
    if _NOT_DATA.search(before[-24:].rsplit(", ", 1)[-1]) or _NOT_DATA.search(after[:18]):
        return False
    if _GERMAN_DATA.match(after) or _COUNTED_SET.search(before) or (text.german and _GERMAN_NOUN.match(after)):
        return True
    return says(_DATA, clause) or _DATA.search(before) is not None or _STORED.match(after) is not None


def _is_handled_daily(text: Text, unit: re.Match[str]) -> bool:
    """ "120 GB a day into Parquet": what one run has to get through."""
    sentence = text.sentence(unit.start())
    return (
        _PER_RUN.match(text.working, unit.end()) is not None
        and (says(_WORK, text.working) or _of_data(text, unit))
        and _MACHINE.search(text.slice(sentence)) is None
    )


def _of_data(text: Text, unit: re.Match[str]) -> bool:
    material = _OF.match(text.working, unit.end())
    return material is not None and says(_DATA, material["what"])


def _is_item(text: Text, amount: Amount, unit: re.Match[str]) -> bool:
    size = amount.high * factor(unit_of(unit), "GB")
    small = size < _SURELY_DATA_GB
    if size < 1 or not says(_WORKED_ON, text.working):
        return False
    if small and _may_be_memory(text) and not _is_material(text, amount, unit):
        return False
    span = text.clause(amount.start, unit.end())
    if _ITEM.fullmatch(text.working, span.start, span.end) is None:
        return False
    return _MACHINE.search(clauses.sentence(text, amount.start)) is None


def _is_input_of_job(text: Text, amount: Amount, unit: re.Match[str]) -> bool:
    """ "overnight inference on 50 GB", "batch resize and classify 30 GB": a job, and the size it is done on."""
    sentence = text.sentence(amount.start)
    before = text.working[max(sentence.start, amount.start - 60) : amount.start]
    if _JOB_ON.search(before) is None or _BARE.match(text.working, unit.end()) is None:
        return False
    return _MACHINE.search(text.working) is None and _HARDWARE_NEAR.search(before) is None


def _is_how_much(text: Text, amount: Amount, unit: re.Match[str]) -> bool:
    """ "A nightly job that embeds our catalogue. It's about 15 GB": of what the job is done on."""
    sentence = text.sentence(amount.start)
    if (
        _IT_IS.fullmatch(text.working, sentence.start, amount.start) is None
        or _BARE.match(text.working, unit.end()) is None
    ):
        return False
    before = text.slice(text.sentence(max(0, sentence.start - 2)))
    return _WORK.search(before) is not None and not (_NOT_DATA.search(before) or _HARDWARE_NEAR.search(before))


def _is_material(text: Text, amount: Amount, unit: re.Match[str]) -> bool:
    """Alone in a list about a job, away from the machines and the model that it could be the memory of."""
    if not items.alone(text, amount.start, unit.end()) or not says(_WORK, text.working) or says(_MACHINE, text.working):
        return False
    beside = items.neighbours(text, amount.start)
    machine = any(_HARDWARE_NEAR.search(words) or _MODEL_LAST.search(words) for words in beside)
    return items.facts(text, amount.start) >= 1 and not machine


def _may_be_memory(text: Text) -> bool:
    """Where machines are spoken of, or nothing that learns, a small size alone may be a machine's."""
    return says(_MACHINE, text.working) or says(_NOT_DATA, text.working) or not says(_WORK, text.working)


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
    if fed["by"] == "auf" and _GERMAN_NOUN.match(after):
        return True
    size = amount.high * factor(unit_of(unit), "GB")
    beside = text.working[fed.start() : unit.end() + 25]
    surely = size >= _SURELY_DATA_GB or (size >= _HARDLY_MEMORY_GB and not says(_NOT_DATA, text.working))
    return (
        fed["by"] not in {"with", "from", "mit"}
        and surely
        and _BARE.match(after) is not None
        and _NOT_DATA.search(beside) is None
    )
