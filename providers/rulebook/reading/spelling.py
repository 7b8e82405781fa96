"""Mends the spelling of the few long words that carry meaning here, and of no other."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from providers.rulebook.reading.patterns import listed

_WORDS = listed(
    """accelerator airflow amazon annually availability bigquery budget catboost classification classify cloudwatch
    compliance concurrent containers customers databricks dataset deadline deployment deploy documents embeddings
    endpoint endpoints finetuning finetune fine-tuning forecasting frankfurt german germany github gitlab grafana hourly
    huggingface images inference instance instances interruptible jenkins jetson kubeflow kubernetes latency lightgbm
    london maximum medical million milliseconds minimum minutes monitoring monthly nightly nvidia offline parameters
    patient patients personal pipeline pipelines predictions preemptible prometheus pytorch quantized realtime
    recommendation replicas requests residency response retraining sagemaker scikit second seconds sensitive serverless
    serving singapore streaming switzerland tensorflow tensorrt terabytes throughput tokens training transcription
    transcribe triton uptime vertex weekly xgboost yearly
    anfragen echtzeit höchstens millisekunden personenbezogene schweiz sekunde sekunden verfügbarkeit"""
)
_KNOWN = frozenset(_WORDS)
_BY_INITIAL: dict[str, list[str]] = {}
for _word in _WORDS:
    _BY_INITIAL.setdefault(_word[0], []).append(_word)

_OTHER_WORDS = frozenset(
    listed(
        """anfrage
        batches budgeted budgets classified classifies contain contained customer deadlines deployed deploying
        deploys document documented finetuned finetunes germane germans imaged imagine inferences inferred instant
        instants intense interrupted latencies maximal maximize medial medics minimal minimize minute monitor
        monitored offlined parameter patents patience pattern person persona personnel pipelined predict predicted
        prediction predictor reasons recommend recommended replica replicate replicated request respond responses
        responsive retaining retrain retrained second seconded severing steaming streamed tokenized trailing
        trained trainer transcribed transcriber transcribes weekday yearling"""
    )
)
"""Words in their own right that lie one slip away from one of ours."""


SHORTEST = 6
"""Letters; a shorter token is mended only where it lacks one letter of a word that no other resembles."""
_OFTEN_CUT = ("second", "amazon", "google", "minute")


def _cut(word: str) -> frozenset[str]:
    """The word without any one letter but the first and the last."""
    return frozenset(word[:position] + word[position + 1 :] for position in range(1, len(word) - 1))


@lru_cache(maxsize=8192)
def corrected(token: str) -> str | None:
    """The word meant by a misspelt token; None when it is right, unknown, or more than a slip away: one edit, and two
    from ten letters on (optimal string alignment, a swap of neighbours being one edit). The first letter must hold."""
    if token in _KNOWN or token in _OTHER_WORDS:
        return None
    if token.endswith("s") and token[:-1] in _KNOWN:
        return None
    if len(token) < SHORTEST:
        return next((word for word in _OFTEN_CUT if token in _cut(word)), None)
    slips = 2 if len(token) >= 10 else 1
    best: tuple[int, str] | None = None
    for word in _BY_INITIAL.get(token[0], ()):
        if abs(len(word) - len(token)) > slips or word == f"{token}s":
            continue
        distance = OSA.distance(token, word, score_cutoff=slips)
        if distance <= slips and (best is None or distance < best[0]):
            best = (distance, word)
    return None if best is None else best[1]
