"""Which question is asked next, in which words, and when asking stops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from intake.assumptions import assumptions
from intake.requirements import Fact, required
from intake.schema import label, show
from storage.records.constraints import FIELD_NAMES, Constraint, ConstraintSchema, ConstraintValue, FieldName
from storage.records.decision_sets import Option, Question

MOST_QUESTIONS = 3
"""After so many, what is still missing is assumed and listed."""

WORTH_ASKING = 2
"""The least weight of a fact that is worth a question."""

MOST_USUAL_BUDGET = Decimal(20_000)
"""US dollars a month, the largest budget that is offered for a plan whose cost does not call for more."""

START = "Start planning"


@dataclass(frozen=True, slots=True)
class _Wording:
    text: str
    why: str
    options: tuple[tuple[str, ConstraintValue], ...]


_WORDINGS: dict[FieldName, _Wording] = {
    "workload_type": _Wording(
        "What kind of work is it?",
        "It decides the shape of the plan: an endpoint, a job, or a pipeline.",
        (
            ("Real-time inference", "realtime_inference"),
            ("Batch inference", "batch_inference"),
            ("Training", "training"),
            ("Fine-tuning", "fine_tuning"),
            ("RAG", "rag"),
            ("Streaming inference", "streaming_inference"),
            ("Feature store", "feature_store"),
            ("Data pipeline", "data_pipeline"),
            ("Edge devices", "edge"),
        ),
    ),
    "throughput_rps": _Wording(
        "How many requests does it get at its busiest?",
        "It sets how many machines run, and most of the cost.",
        (("1 a second", 1.0), ("10 a second", 10.0), ("100 a second", 100.0), ("1,000 a second", 1000.0)),
    ),
    "latency_p95_ms": _Wording(
        "How fast must an answer be, for 95 of 100 requests?",
        "It separates CPUs from GPUs, and an endpoint from a queue.",
        (("50 ms", 50.0), ("100 ms", 100.0), ("300 ms", 300.0), ("1 s", 1000.0)),
    ),
    "monthly_budget_usd": _Wording(
        "What may it cost a month?",
        "Options above it are ruled out, and the policies hold the plan to it.",
        (("$500", 500.0), ("$2,000", 2000.0), ("$5,000", 5000.0), ("$20,000", 20000.0)),
    ),
    "cloud": _Wording(
        "Which cloud may it run on?",
        "Prices, regions and services differ; only allowed clouds are compared.",
        (("AWS", ["aws"]), ("Google Cloud", ["gcp"]), ("Azure", ["azure"]), ("On premises", ["onprem"])),
    ),
    "regions": _Wording(
        "Which regions may it run in?",
        "Prices differ between them, and the data lies where it runs.",
        (),
    ),
    "data_residency": _Wording(
        "Does the data have to stay somewhere?",
        "It rules out every region outside.",
        (("EU only", "EU"), ("UK only", "UK"), ("US only", "US"), ("Switzerland only", "Switzerland")),
    ),
    "data_sensitivity": _Wording(
        "How sensitive is the data?",
        "It decides encryption, private networking and which policies apply.",
        (
            ("Public", "public"),
            ("Internal", "internal"),
            ("Personal (PII)", "pii"),
            ("Health (PHI)", "phi"),
            ("Financial", "financial"),
        ),
    ),
    "gpu_required": _Wording(
        "Does the model need a GPU?",
        "It decides which machines are compared: a GPU costs more an hour, and may do the work of many CPUs.",
        (("Yes", True), ("No", False)),
    ),
    "gpu_type": _Wording(
        "Which GPU should it be?",
        "Memory and price differ tenfold between them.",
        (("T4", "T4"), ("L4", "L4"), ("A10G", "A10G"), ("A100", "A100"), ("H100", "H100")),
    ),
    "spot_ok": _Wording(
        "May it run on spot machines, which can be taken away?",
        "They cost a third or so of the usual price, but runs are interrupted.",
        (("Yes", True), ("No", False)),
    ),
    "deadline_hours": _Wording(
        "How long may one run take?",
        "It sets how many machines work side by side.",
        (("1 hour", 1.0), ("6 hours", 6.0), ("24 hours", 24.0), ("3 days", 72.0)),
    ),
    "dataset_size_gb": _Wording(
        "How much data is there?",
        "It sets storage, memory, and how long a run takes.",
        (("1 GB", 1.0), ("10 GB", 10.0), ("100 GB", 100.0), ("1 TB", 1000.0), ("10 TB", 10000.0)),
    ),
    "model_size_params": _Wording(
        "How large is the model?",
        "It decides which GPU can hold it.",
        (("1B", 1_000_000_000), ("7B", 7_000_000_000), ("13B", 13_000_000_000), ("70B", 70_000_000_000)),
    ),
    "model_framework": _Wording(
        "Which framework is the model made with?",
        "It decides the server and the image that run it.",
        (
            ("PyTorch", "pytorch"),
            ("TensorFlow", "tensorflow"),
            ("scikit-learn", "sklearn"),
            ("XGBoost", "xgboost"),
            ("ONNX", "onnx"),
        ),
    ),
    "availability_slo": _Wording(
        "How available must it be?",
        "Above 99.9 % it takes more than one zone.",
        (("99 %", 99.0), ("99.5 %", 99.5), ("99.9 %", 99.9), ("99.95 %", 99.95)),
    ),
    "orchestrator": _Wording(
        "What schedules your work today?",
        "The plan fits into it instead of adding another.",
        (("Kubernetes", "kubernetes"), ("Airflow", "airflow"), ("SageMaker", "sagemaker"), ("Vertex AI", "vertex")),
    ),
}


def next_question(
    schema: ConstraintSchema,
    asked: Sequence[str] = (),
    skipped: Collection[FieldName] = (),
    *,
    disputed: Mapping[FieldName, ConstraintValue] | None = None,
    doubtful: Mapping[FieldName, str] | None = None,
) -> Question | None:
    """The one question that is worth most now; None when the rest can be assumed. `asked` are the ids of the questions
    so far, `disputed` the fields with two values and the later of them, `doubtful` those whose words could not be
    understood and why."""
    ordinal = len(asked) + 1
    for field in FIELD_NAMES:
        if disputed and field in disputed and field not in skipped:
            return _dispute(schema, field, disputed[field], ordinal)
    for field in FIELD_NAMES:
        if doubtful and field in doubtful and field not in skipped:
            return _doubt(schema, field, doubtful[field], ordinal)
    already = {field_of(question) for question in asked} - {None}
    if len(already) >= MOST_QUESTIONS:
        return None
    for fact in sorted(required(schema), key=lambda fact: -fact.weight):
        if _is_open(fact, schema, skipped, already):
            return _of_open(schema, fact.field, ordinal)
    return None


def stands(
    question: Question, schema: ConstraintSchema, *, disputed: Collection[str] = (), doubtful: Collection[str] = ()
) -> bool:
    """Whether it would still be asked of what is known: its field has two values or could not be understood, or is
    needed and missing."""
    field = question.field
    if field is None or field in disputed or field in doubtful:
        return True
    return any(
        field in fact.fields and not any(is_known(schema, name) for name in fact.fields) for fact in required(schema)
    )


def field_of(question_id: str) -> str | None:
    """The field that a question with this id asked for; None for the one that confirms the assumptions."""
    field = question_id.rpartition(".")[0]
    return None if field == "assumptions" else field


def confirm_question(
    assumed: Mapping[FieldName, Constraint],
    ordinal: int = 0,
    left: Mapping[FieldName, str] | None = None,
    not_asked: str = "",
) -> Question:
    """The last question: what will be assumed, what is `left` open and what that means, what was `not_asked` and why,
    and the word to start."""
    listed = ", ".join(f"{label(field)}: {show(field, item.value)}" for field, item in assumed.items())
    without = "; ".join(f"{label(field)}: {words}" for field, words in (left or {}).items())
    return Question(
        id=f"assumptions.{ordinal + 1}",
        field=None,
        text="Start planning with these assumptions?",
        why=f"Nobody said these, and the plan needs them: {listed}. "
        + (f"Left open: {without}. " if without else "")
        + (f"{not_asked} " if not_asked else "")
        + "Change what is wrong, or start.",
        options=[Option(label=START)],
    )


def _is_open(fact: Fact, schema: ConstraintSchema, skipped: Collection[str], already: Collection[str | None]) -> bool:
    if fact.weight < WORTH_ASKING or fact.field in skipped or fact.field in already:
        return False
    if fact.field == "gpu_required" and "gpu_required" in assumptions(schema):
        return False  # it follows from the framework or the size of the model
    return not any(is_known(schema, field) for field in fact.fields)


def is_known(schema: ConstraintSchema, field: FieldName) -> bool:
    """Not so of what words come to without saying it ("40k support tickets"): that is still worth a question."""
    item = schema.root.get(field)
    return item is not None and not (item.status == "assumed" and item.evidence is not None)


def _of_open(schema: ConstraintSchema, field: FieldName, ordinal: int) -> Question:
    plain, item = _question(field, ordinal), schema.root.get(field)
    if item is None:
        return plain
    said = show(field, item.value)
    options = [Option(label=said, value=item.value), *(other for other in plain.options if other.value != item.value)]
    reason = item.source.removeprefix("default:")
    return plain.model_copy(update={"why": f"So far {said} is assumed: {reason}. {plain.why}", "options": options})


def _question(field: FieldName, ordinal: int) -> Question:
    wording = _WORDINGS.get(field) or _Wording(f"{label(field)}?", "The plan depends on it.", ())
    options = [Option(label=name, value=value) for name, value in wording.options]
    return Question(id=f"{field}.{ordinal}", field=field, text=wording.text, why=wording.why, options=options)


def with_budgets_around(question: Question, likely: Decimal) -> Question:
    """With amounts that a plan of this likely cost, in US dollars a month, is decided by: half of it, a little more,
    and twice as much, to two digits."""
    amounts = [float(f"{float(likely) * share:.2g}") for share in (0.5, 1.2, 2.0)]
    return question.model_copy(update={"options": [Option(label=f"${each:,.0f}", value=each) for each in amounts]})


def _doubt(schema: ConstraintSchema, field: FieldName, reason: str, ordinal: int) -> Question:
    plain = _question(field, ordinal)
    stands = schema.root.get(field)
    if stands is None:
        return plain.model_copy(update={"why": f"{reason} {plain.why}"})
    kept = Option(label=show(field, stands.value), value=stands.value)
    others = [*plain.options, *(_where_data_stays(schema) if field == "regions" else [])]
    options = [kept, *(option for option in others if option.value != stands.value)]
    return plain.model_copy(update={"why": f"{reason} So far it is {kept.label}. {plain.why}", "options": options})


def _where_data_stays(schema: ConstraintSchema) -> list[Option]:
    residency = schema.values.data_residency
    return [Option(label=f"Anywhere in {residency}", value=[residency])] if residency else []


def _dispute(schema: ConstraintSchema, field: FieldName, later: ConstraintValue, ordinal: int) -> Question:
    values = [later]
    why = f"A message says {show(field, later)}, and the plan can only hold one."
    if (stated := schema.root.get(field)) is not None:
        values.insert(0, stated.value)
        why = f"So far it was {show(field, stated.value)}; a later message says {show(field, later)}. A plan holds one."
    options = [Option(label=show(field, value), value=value) for value in values]
    text = f"{label(field)}: which value holds?"
    return Question(id=f"{field}.{ordinal}", field=field, text=text, why=why, options=options)
