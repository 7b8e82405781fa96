"""The kind of workload, from the words that name it or describe its work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.rulebook.reading import context, denial, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.patterns import joined, phrases
from providers.rulebook.reading.text import Text
from storage.records.constraints import WorkloadType


@dataclass(frozen=True, slots=True)
class _Cue:
    workload: WorkloadType
    weight: int
    pattern: re.Pattern[str]


_THRESHOLD = 3
"""One sure cue, or several weak ones that agree."""

_SPECIAL: tuple[WorkloadType, ...] = ("edge", "feature_store", "rag", "fine_tuning", "streaming_inference")

_CUES = [
    _Cue("edge", 5, phrases(
        r"""jetsons?(?: nano| orin| xavier| tx2| agx)*|raspberry pis?|raspi|(?:on|for) (?:android|ios|mobile)|
            edge(?= ?:)|edge (?:devices?|deployments?|inference|gateways?|hardware|tpu|box(?:es)?|computing|nodes?|
            ai)|(?:on|at|to) the edge|on-device|on device|on the (?:phone|device|vehicle|drone|robot|camera|
            handset)|microcontrollers?|coral (?:tpu|board|usb)|embedded (?:devices?|boards?|systems?|hardware|
            linux)|(?:android|ios|mobile|iphone) (?:apps?|devices?|phones?|deployment)|mobile phones?|smartphones?|
            in the browser|webgpu|tf-?lite|core ?ml|on the user'?s? (?:own )?(?:computer|device|machine|laptop|
            phone)|smart cameras?|handhelds?|am edge|
            auf dem gerät|drones?(?!'?s?'? (?:imag\w+|footage|photos|pictures|data|videos?))"""
    )),
    _Cue("fine_tuning", 4, phrases(
        r"""fine-?tun(?:e|ing|es)|fine tun(?:e|ing)|finetun(?:e|ing)|q?lora(?: adapters?)?(?! (?:adapters?|
        at inference|at run ?time|serving))|peft|sft|rlhf|dpo|
            instruction[- ]tun\w+|adapter (?:training|tuning)|feinabstimmung|fein-?tun\w*|nachtrainieren|
            continued pre-?training|dreambooth"""
    )),
    _Cue("rag", 4, phrases(
        r"""rag[- ]?engines?|rag(?: pipeline| system| app\w*| chatbot| service)?|
        retrieval[- ]augmented(?: generation)?|(?:chat|bots?|assistants?|
            talk|q&a|questions?|ask|question[- ]answering|answers? questions?)(?: \w+){0,2} (?:with|over|about|on|
            from|against|across|using) (?:\w+ ){0,3}?(?:docs?|documents?|documentation|pdfs?|wiki|knowledge ?base|
            manuals|handbook|policies|tickets|confluence|contracts|intranet)|vector (?:db|database|store|search|
            index)|document (?:q&a|question answering|chat)|knowledge[- ]base (?:search|assistant|chatbot|q&a)|
            semantic search"""
    )),
    _Cue("feature_store", 5, phrases(
        r"feature[- ]?stores?|feast|tecton|online (?:features?|store)|get_online_features|feature (?:views?|"
        r"serving|platform|registry)"
    )),
    _Cue("training", 4, phrases(
        r"""(?:re)?train(?:s|ing)? (?:a|an|the|our|my|your|this|that|it|one|from|on|for|job\w*|run\w*|pipeline\w*|
            cluster\w*|workload\w*|once|every|each|weekly|nightly|monthly|daily|of|large|deep|\d\S*|models?|llms?|
            new|time|with|using|takes?|speed|script|loop|frequency|jobs?|is|must|should|needs?|has|in|at|locally|
            fast\w*|multiple|is ok)\b|re-?train(?:ing|s)?|retrained (?:weekly|daily|nightly|monthly|every|each|
            once|on|regularly)|(?:model|distributed|multi-?(?:gpu|node)|data[- ]parallel|full|spot|periodic|weekly|
            nightly|deep learning|network|pre-?|gpu|large[- ]scale|continuous|parameter model|stop/resume|for|do|
            faster|run|ml|to) (?:re)?train(?:ing)?|pre-?train(?:ing)? (?:a|our|from|on|an|the|run|job)|
            train (?:our|a|an|the|my|it|on)|epochs?|hyper-?parameter (?:search|tuning|sweep|optimi[sz]ation)|
            (?:modell?e? )?trainieren?|training\s*:|training$|neu trainiert|training,"""
    )),
    _Cue("training", 3, phrases(r"training|to (?:re-?)?train")),
    _Cue("streaming_inference", 4, phrases(
        r"""(?:video|audio|event|data|live|sensor|rtsp|camera|kafka|kinesis|message|
            real-?time)[- ]?(?:streams?|feeds?|streaming)|rtsp|streaming (?:inference|predictions?|scoring|
            analytics|detection|data|events|pipeline)|ip ?cam(?:era)?s?|cctv|video anal\w+|(?:security|traffic|
            surveillance|
            \d+) cameras?|kafka(?: topics?)?|kinesis|pub/?sub|event ?hubs?|mqtt|flink|live (?:video|audio|
            transcription|captions?)|webrtc|
            event[- ]driven scoring|from (?:kafka|kinesis|pub/?sub)|streams? (?:in|every|from)|(?:single|every|
        each) (?:video )?frames?|
            stream processing|datenstrom|deepstream"""
    )),
    _Cue("batch_inference", 4, phrases(
        r"""batch[- ](?:inference|predictions?|scor(?:e|es|ing)|transforms?|jobs?|classif\w+|process\w*|workloads?|
            endpoints?|mode|runs?|workflows?|pipelines?)|batch\s*:|offline (?:inference|predictions?|scoring|batch)|
            bulk (?:inference|
            scoring|predictions?|process\w*|transcription|classification)|(?:nightly|daily|weekly|hourly|monthly|
            overnight|scheduled) (?:batch|scoring|inference|predictions?|classification|score|job)|
            scores? (?:\w+ ){0,3}?(?:rows|customers|records|users|accounts|products|items|leads|policies|
            transactions)|no need for real-?time|not live|not (?:need(?:s)? (?:to be )?)?real-?time|(?:doesn't|does not|
            don't|need not|needn't) (?:have|need) to be real-?time|stapelverarbeitung|im batch|
            batch-?weise|backfill|asynchronously|async(?:hronous)? (?:inference|processing)|batch of|in batches|
            keine echtzeit\w*"""
    )),
    _Cue("batch_inference", 3, phrases(
        r"""nightly(?! (?:build|release|version|wheel|image|test))|(?:every|each|over) ?night|overnight|
            (?:every|each) (?:mon|tues|wednes|thurs|fri|satur|sun|week)day|(?:every|each) weekend|
        jedes wochenende|on (?:\w+days|weekends)|(?:by|until|before) (?:the )?(?:next )?morning|nächtlich\w*|jede nacht|
            (?:embeddings?|scores?|predictions?|recommendations?) refresh|after landing"""
    )),
    _Cue("batch_inference", 3, phrases(
        r"""batch(?![- ]?(?:_?size|norm\w*|dimension|of \d|\d))|(?:process|classify|transcribe|ocr|
            translate|summari[sz]e|label|tag|embed|caption|convert|
            annotate|run)(?:ing)? (?:\w+ ){0,3}?(?:archive|backlog|corpus|all (?:our|the|of our)|the whole|
            the entire|millions? of|thousands? of|hundreds of thousands)|(?:pages|documents|texts|images|rows|
            records|hours of audio|scans|invoices|files|recordings) (?:per|a|each|every) (?:day|week|month|night)|
            transcription of|document ocr|(?:1st|first|last day|end) of (?:each|every|the) (?:month|week|quarter)|
            once (?:a|per) (?:day|week|month|night|quarter)|churn through"""
    )),
    _Cue("data_pipeline", 4, phrases(
        r"""etl|elt|(?:daily|nightly|hourly) ingest\w*|dbt(?: models?)?|data (?:pipelines?|ingestion|
        preparation|cleaning|transformation)|feature (?:engineering|
            extraction|computation) (?:pipelines?|jobs?)|preprocess\w* pipelines?|(?:spark|dbt|dask) (?:jobs?|
            pipelines?)|datenpipeline|ingestion pipelines?|spark features|(?:into|→|->) (?:the |our |
        a )?(?:bigquery|snowflake|redshift|
            parquet|(?:data )?warehouse|data ?lake|delta(?: lake)?|iceberg)|data warehouse loads?"""
    )),
    _Cue("realtime_inference", 4, phrases(
        r"""(?:real-?time|online|low[- ]latency|synchronous|live|interactive) (?:\w+ )?(?:inference|predictions?|
            scoring|serving|endpoints?|api|recommendations?|detection|classification|decisions?|model|ranking|
            personali[sz]ation|service|search)|model (?:endpoints?|apis?|servers?)|(?:inference|prediction|scoring|
            serving|rest|http|grpc|vertex ai|sagemaker|hosted|public|real-?time|sentiment|fraud|recommendation|
            classification|ranking|chat|detection|embedding|llm|translation)[- ](?:endpoints?|apis?|servers?|
            services?)|(?:serve|serves|served|serving|host|hosts|hosting) (?:with|on|using|gpus?|a|an|the|our|my|
            this|that|these|it|them|some|two|three|multiple|several|\d+\w?(?!\w|[.,]?\d| ?%)|large|fine-?tuned|
            llms?|models?|
            predictions?|traffic|requests|behind|via|pytorch|tensorflow|xgboost|sklearn|inference|llama|mistral|
            up)\b(?! (?:website|site|page|dataset|data))|behind an? (?:rest |http )?api|(?:pytorch|tensorflow|
            models?|llms?|onnx|gpu|vllm|xgboost|sklearn) serving|inference (?:server|service|endpoint|api|traffic|
            requests?)|model[- ](?:serving|server|hosting|inference server)|in real-?time|real-?time|echtzeit\w*|
            (?<!get )(?<!post )(?<!put )(?<!vpc )endpoints?|(?:chat|discord|slack|telegram|whatsapp|
            support)[- ]?bots?|voice (?:assistant|bot)|torchserve|kserve|tf[- ]?serving|triton|
            tensorflow serving|ray serve|/predict|ausliefern|bereitstellen|microservice"""
    )),
    _Cue("realtime_inference", 3, phrases(
        
            r"deploy(?:s|ed|ing|ment of|ments of)? (?:(?!models?)[\w.-]+ ){0,4}(?:models?|llms?)|(?:run|"
            r"running) inference (?:on|in|with)|(?:inference|run(?:ning)? (?:a|an|the|our|this|"
            r"my) (?:\w+ )?(?:models?|llms?)) (?:pod|workloads?|in (?:the )?cloud|in production|"
            r"on (?:kubernetes|aws|azure|gcp|gke|eks))|in production environment|for inference"
        
    )),
    _Cue("realtime_inference", 2, phrases(
        r"""answers? (?:in|within|under)|api|apis|p ?95|p ?99|latency|latenz|(?:requests?|calls|queries|
            predictions|req|transactions|anfragen) ?(?:per|a|/|pro|each) ?(?:seconds?|sec|s|minute|sekunde|day|
            hour)|rps|qps|tps|req/s|concurrent (?:users|requests|streams)|ttft|time to first token|scal(?:e|
            ing) to zero|scale-to-zero|autoscal\w+|inference|public demo|demo|users? (?:click|type|ask|wait)\w*|
            response times?|while (?:the )?(?:user|customer)s? waits?|triage|vllm|checkout|online|serverless|
            bursts?|spikes"""
    )),
]  # fmt: skip
_LEARNING = re.compile(
    joined(
        r"""\b(?:models?|modell?e?[ns]?|ml|mlops|ai|ki|llms?|inference\w*|infer|predict\w*|vorhersage\w*|scor(?:e[sd]?|ing)|
            embed\w*|neural|\w*classif\w*|klassif\w*|\w*detect\w*|\w*recogni\w+|\w*erkenn\w+|recommend\w*|empfehl\w*|
            (?:re-?)?rank\w*|gpus?|tpus?|cuda|re-?train\w*|trained|fine-?tun\w+|transcri\w+|transkri\w+|ocr|\w*bots?|rag|
            chat\w*|assistants?|agents?|vision|nlp|speech|voice|whisper|forecast\w*|prognose\w*|sentiment|fraud|anomal\w+|churn|
            translat\w+|übersetz\w+|summar\w+|zusammenfass\w+|diffusion|generat\w+|bert|distilbert|gpt\S*|llama\S*|mi[sx]tral\S*|qwen\S*|
            yolo\S*|resnet\S*|features?|vectors?|moderat\w+|segment(?:ation|ing)|similarity|search|personali\w+|tagg?ing|label\w*|
            triage|match(?:ing|er)|dedup\w*|pricing|risk|spam|vllm|triton|torch\w*|pytorch|tensorflow|keras|sklearn|
            (?<!get )(?<!post )(?<!put )(?<!patch )(?<!rest )(?<!api )endpoint|scikit\S*|xgboost|lightgbm|
            catboost|onnx\S*|jax|transformers?|kserve|sagemaker|vertex|bentoml|mlflow|jetsons?)\b"""
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
    r"medical|staff|user|employee|sales)\s+$"
)
_MODEL_ADJECTIVE = re.compile(
    r"^\s?(?:data(?:set)?s?|set|course|material|certificate|examples|code|"
    r"scripts? (?:is|are)|loss|accuracy)\b"
)
_STREAMING_TOKENS = re.compile(r"\b(?:tokens?|responses?|answers?|output|llm|chat)\b")


def workloads(text: Text) -> Iterator[Candidate]:
    learning = _LEARNING.search(text.working) is not None
    scores: dict[WorkloadType, int] = {}
    first: dict[WorkloadType, tuple[int, int]] = {}
    for cue in _CUES:
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
    sure: list[WorkloadType] = [name for name, score in scores.items() if score >= _THRESHOLD]
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
            return not (
                _PAST_TRAINING.search(before) or _MODEL_ADJECTIVE.match(after) or _USED_ELSEWHERE.search(before)
            )
        case "streaming_inference":
            return not _STREAMING_TOKENS.search(text.working[max(0, start - 15) : end + 12])
        case _:
            return True
