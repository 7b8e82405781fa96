"""The kind of workload, from the words that name it or describe its work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context, denial, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.patterns import joined
from providers.rulebook.reading.serving_cues import SERVING
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.workload_cues import CUES, THRESHOLD
from storage.records.constraints import WorkloadType

_SPECIAL: tuple[WorkloadType, ...] = ("edge", "feature_store", "rag", "fine_tuning", "streaming_inference")

_LEARNING = re.compile(
    joined(
        r"""\b(?:models?|modell?e?[ns]?|ml|mlops|ai|ki|llms?|inference\w*|infer|predict\w*|vorhersage\w*|
            scor(?:e[sd]?|ing)|
            embed\w*|neural|\w*classif\w*|klassif\w*|\w*detect\w*|\w*recogni\w+|\w*erkenn\w+|recommend\w*|empfehl\w*|
            (?:re-?)?rank\w*|gpus?|tpus?|cuda|re-?train\w*|trained|fine-?tun\w+|transcri\w+|transkri\w+|ocr|\w*bots?|
            rag|
            chat\w*|assistants?|agents?|vision|nlp|speech|voice|whisper|forecast\w*|prognose\w*|sentiment|fraud|
            anomal\w+|churn|laundering|
            translat\w+|übersetz\w+|summar\w+|zusammenfass\w+|diffusion|generat\w+|\w*bert\w*|gpt\S*|deepseek\S*|
            gemma\S*|sdxl|lora|llama\S*|
            mi[sx]tral\S*|qwen\S*|
            yolo\S*|resnet\S*|features?|vectors?|moderat\w+|segment(?:ation|ing)|similarity|search|personali\w+|
            tagg?ing|label\w*|
            triage|match(?:ing|er)|dedup\w*|pricing|risk|spam|caption\w*|annotat\w*|vllm|triton|torch\w*|pytorch|
            tensorflow|keras|sklearn|
            (?<!get )(?<!post )(?<!put )(?<!patch )(?<!rest )(?<!api )endpoint|scikit\S*|xgboost|lightgbm|
            catboost|onnx\S*|jax|lgbm|clip|transformers?|kserve|sagemaker|vertex|bentoml|mlflow|jetsons?)\b"""
    )
)
"""What makes a text one about machine learning at all: without it a fast API or a nightly run is any software's."""
_INFERRING = re.compile(r"\b(?:(?<!dbt )models?|inference|scor(?:e|es|ing)|predict\w*|detect\w*|classif\w+|train\w*)\b")
_NEEDS_LEARNING: dict[WorkloadType, int] = {"realtime_inference": 4, "batch_inference": 3}
"""The weight up to which a cue counts only in a text about machine learning."""
_USED_ELSEWHERE = re.compile(
    r"\b(?:not|never|nicht)\b[^.;]{0,40}\b(?:used?|shared|verwendet|genutzt)(?: for|"
    r" zum| fürs?)?\s$"
)
"""In front of "training" where the own data must not serve somebody else's."""
_PAST_TRAINING = re.compile(
    r"\b(?:after|once|already|have|has|had|i|we|was|been|when|having|since|pre-?|is|"
    r"are)\s+(?:re)?(?:train(?:ed|ing)|fine-?tun(?:ed|ing))\b[^.;\n]{0,60}$|\b(?:data|set|in|during|my|"
    r"medical|staff|user|employee|sales|(?:way|as) we do(?: for| with)?|same (?:as|way) (?:for|with|in)|like (?:for|"
    r"with|in))\s+$"
)
_MODEL_ADJECTIVE = re.compile(
    r"^\s?(?:data(?:set)?s?|set|course|material|certificate|examples|code|"
    r"scripts? (?:is|are)|loss|accuracy)\b"
)
_JOB = re.compile(r"\btraining (?:jobs?|runs?|workloads?)\b")
_SERVED = re.compile(r"\b(?:serv\w+|host\w*|load\w*|swap\w*|deploy\w*)\b[^.;,]{0,25}$")
"""In front of an adapter that is there already."""
_AT_REST = re.compile(
    r"\b(?:sleep|off|down|zero|nothing|idle|stop\w*|suspend\w*|pause[ds]?|shut|asleep|pay\w*|running|quiet|"
    r"unused)\b[^.;]{0,20}$"
)
"""In front of "overnight", where nothing runs then."""
_ON_A_CALL = re.compile(r"\b(?:is|are|be|been|talk\w*|speak\w*|wait\w*|hang\w*|someone|agents?|customers?|callers?) $")
"""In front of "on the phone", where it is a call."""
_STREAMING_TOKENS = re.compile(r"\b(?:tokens?|responses?|answers?|output|llm|chat)\b")


def workloads(text: Text) -> Iterator[Candidate]:
    learning = _LEARNING.search(text.working) is not None
    scores: dict[WorkloadType, int] = {}
    first: dict[WorkloadType, tuple[int, int]] = {}
    for cue in (*CUES, *SERVING):
        if not learning and cue.weight <= _NEEDS_LEARNING.get(cue.workload, 0):
            continue
        counted = 0
        for match in cue.pattern.finditer(text.working):
            if counted >= 2 or not _counts(text, cue.workload, match):
                continue
            counted += 1
            scores[cue.workload] = scores.get(cue.workload, 0) + (cue.weight if counted == 1 else 1)
            if cue.workload not in first or match.start() < first[cue.workload][0]:
                first[cue.workload] = match.span()
    best = _best(scores, first, inferring=_INFERRING.search(text.working) is not None)
    if best is not None:
        start, end = first[best]
        yield Candidate("workload_type", best, start, end, "workload")


def _best(
    scores: dict[WorkloadType, int], first: dict[WorkloadType, tuple[int, int]], *, inferring: bool
) -> WorkloadType | None:
    """The special kinds win over the general ones, which their texts mention as well; among equals the first named."""
    sure: list[WorkloadType] = [name for name, score in scores.items() if score >= THRESHOLD]
    for special in _SPECIAL:
        if special in sure and not (special == "streaming_inference" and "data_pipeline" in sure):
            return special
    if "data_pipeline" in sure and not inferring:
        return "data_pipeline"
    return max(sure, key=lambda name: (scores[name], -first[name][0]), default=None)


def _counts(text: Text, workload: WorkloadType, match: re.Match[str]) -> bool:
    start, end = match.span()
    if context.injected(text, start) or denial.denied(text, start, end) or denial.left_behind(text, start):
        return False
    if tense.later(text, start) or context.someone_elses(text, start) or tense.former(text, start, end):
        return False
    sentence = text.sentence(start)
    before = text.working[max(sentence.start, start - 70) : start]
    after = text.working[end : min(sentence.end, end + 30)]
    match workload:
        case "training" | "fine_tuning":
            if workload == "fine_tuning" and _SERVED.search(before):
                return False
            job = _JOB.search(text.working, start, end + 10) is not None
            return job or not (
                _PAST_TRAINING.search(before) or _MODEL_ADJECTIVE.match(after) or _USED_ELSEWHERE.search(before)
            )
        case "batch_inference":
            return _AT_REST.search(before) is None
        case "edge":
            return _ON_A_CALL.search(before) is None
        case "streaming_inference":
            return not _STREAMING_TOKENS.search(text.working[max(0, start - 15) : end + 12])
        case _:
            return True
