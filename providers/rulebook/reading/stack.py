"""The stack: model framework, orchestrator, delivery and monitoring, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import clauses
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.terms import Mention, Vocabulary
from providers.rulebook.reading.text import Text

_FRAMEWORKS = Vocabulary(
    {
        "pytorch": r"py-?torch(?:[- ]lightning)?|torchserve|torch(?=[^\w.]|\.? |$)",
        "tensorflow": r"tensor ?flow(?:[- ]?serving)?|tf[- ]?serving|tf2?(?= model| serving)|saved_?models?",
        "keras": r"keras",
        "jax": r"jax|flax",
        "sklearn": r"scikit[- ]?learn|sk-?learn|scikit",
        "xgboost": r"xg-?boost",
        "lightgbm": r"light-?gbm|lgbm",
        "catboost": r"cat-?boost",
        "mxnet": r"mxnet",
        "paddle": r"paddle(?:paddle)?",
        "spacy": r"spacy",
        "spark": r"spark ?ml(?:lib)?|mllib",
        "onnx": r"onnx(?:[- ]?runtime)?",
        "tensorrt": r"tensorrt(?:-llm)?|trt-llm",
        "vllm": r"vllm",
        "tgi": r"tgi|text generation inference",
        "triton": r"(?:nvidia )?triton(?: inference)?(?: server)?",
        "transformers": (
            r"(?:hugging ?face|hf) transformers|transformers (?:library|pipeline)|hugging ?face (?:models?|"
            r"pipelines?)|hugging ?face(?! (?:space|hub|account|endpoint|token|dataset|blog|inference|course))"
        ),
        "ollama": r"ollama",
        "llama.cpp": r"llama\.?cpp|gguf",
        "prophet": r"prophet",
        "tflite": r"tf[- ]?lite|tensorflow lite",
        "h2o": r"h2o(?:[.-]ai|-3)?",
        "sglang": r"sglang",
        "mlx": r"mlx",
        "statsmodels": r"statsmodels",
        "fastai": r"fast\.?ai",
        "detectron2": r"detectron2?",
    }
)
_SERVERS = {
    "triton": 1,
    "vllm": 1,
    "tgi": 1,
    "tensorrt": 1,
    "onnx": 1,
    "ollama": 1,
    "llama.cpp": 1,
    "transformers": 1,
    "tflite": 1,
    "sglang": 1,
}
"""What runs a model ranks below what it was made with; 2 is the rank of the others."""

_ORCHESTRATORS = Vocabulary(
    {
        "sagemaker": r"(?:aws |amazon )?sage-?maker(?: \w*pipelines?| endpoints?)?",
        "vertex": r"vertex(?:[- ]?ai)?(?: pipelines?| endpoints?)?",
        "azureml": r"azure ?ml|azure machine learning|aml",
        "databricks": r"databricks",
        "airflow": r"(?:apache )?airflow|mwaa|cloud composer",
        "kubeflow": r"kubeflow|kfp",
        "argo": r"argo workflows?",
        "prefect": r"prefect",
        "dagster": r"dagster",
        "flyte": r"flyte",
        "metaflow": r"metaflow",
        "step_functions": r"(?:aws )?step ?functions?",
        "slurm": r"slurm",
        "ray": r"ray (?:serve|cluster|train|jobs?)|kuberay|anyscale",
        "nomad": r"nomad",
        "ecs": r"(?:aws |amazon )?ecs|(?:aws )?fargate",
        "cloud_run": r"cloud ?run",
        "lambda": r"aws lambdas?|lambda functions?",
        "batch": r"aws batch",
        "container_apps": r"(?:azure )?container apps",
        "kserve": r"kserve|kfserving",
        "knative": r"knative",
        "seldon": r"seldon(?:[- ]core)?",
        "kubernetes": r"kubernetes|k8s?|k3s|eks|gke|aks|openshift|rancher|helm charts?",
        "docker_swarm": r"docker swarm",
        "docker_compose": r"docker[- ]compose(?!\.ya?ml)",
    }
)
_ORCHESTRATOR_RANK = {
    "docker_compose": 1,
    "docker_swarm": 1,
    **dict.fromkeys(["kserve", "knative", "seldon", "lambda", "batch"], 2),
    **dict.fromkeys(["kubernetes", "ecs"], 3),
    **dict.fromkeys(["sagemaker", "vertex", "azureml", "databricks"], 4),
}
"""The cluster that everything runs on, then the platform, then, at 5, the workflow engine that drives them."""

_DELIVERY = Vocabulary(
    {
        "github_actions": r"github[- ]?actions?|gh actions?|github workflows?",
        "gitlab_ci": r"gitlab(?:[- ](?:ci|pipelines?|runners?)(?:/cd)?)?",
        "jenkins": r"jenkins",
        "codepipeline": r"(?:aws )?code ?pipeline",
        "circleci": r"circle ?ci",
        "azure_devops": r"azure (?:devops|pipelines?)|ado pipelines?",
        "cloud_build": r"cloud ?build",
        "argocd": r"argo ?-?cd",
        "flux": r"flux ?cd|(?<=gitops with )flux|flux gitops|flux v2",
        "tekton": r"tekton",
        "bitbucket": r"bitbucket(?: pipelines?)?",
        "buildkite": r"buildkite",
        "teamcity": r"teamcity",
        "travis": r"travis(?:[- ]ci)?",
    }
)
MONITORS = Vocabulary(
    {
        "prometheus": r"prometheus",
        "grafana": r"grafana",
        "cloudwatch": r"cloud ?watch",
        "datadog": r"data ?dog",
        "newrelic": r"new ?relic",
        "opentelemetry": r"open ?telemetry|otel",
        "evidently": r"evidently(?: ai)?",
        "arize": r"arize",
        "whylabs": r"whylabs|whylogs",
        "sentry": r"sentry",
        "splunk": r"splunk",
        "dynatrace": r"dynatrace",
        "elastic": r"elk(?: stack)?|kibana",
        "azure_monitor": r"azure monitor|application insights|app insights",
        "cloud_monitoring": r"stackdriver|(?:google )?cloud monitoring",
        "langfuse": r"langfuse",
        "langsmith": r"langsmith",
        "dcgm": r"dcgm(?:[- ]exporter)?",
        "fiddler": r"fiddler",
        "pagerduty": r"pager ?duty",
        "loki": r"grafana loki|loki",
        "jaeger": r"jaeger",
        "wandb": r"wandb|weights (?:&|and) biases|w&b",
        "nagios": r"nagios",
        "zabbix": r"zabbix",
        "opsgenie": r"ops ?genie",
        "uptimerobot": r"uptime ?robot",
        "pingdom": r"pingdom",
        "honeycomb": r"honeycomb(?:\.io)?",
        "alertmanager": r"alert ?manager",
        "victoriametrics": r"victoria ?metrics",
        "thanos": r"thanos",
        "netdata": r"netdata",
        "signoz": r"signoz",
        "logfire": r"logfire",
        "helicone": r"helicone",
        "instana": r"instana",
        "appdynamics": r"app ?dynamics",
        "graylog": r"graylog",
        "sumologic": r"sumo ?logic",
        "checkmk": r"check ?mk",
        "icinga": r"icinga",
        "nannyml": r"nanny ?ml",
        "aporia": r"aporia",
        "model_monitor": r"(?:sagemaker )?model monitor",
    }
)
_TOO_DEAR = re.compile(
    r"\s(?:costs?|charges?|is (?:far |way |much )?too|are (?:far |way |much )?too|would cost|asks? for|ist zu|kostet)\b"
)
"""Behind what is not taken for its price."""
_CHOICE = re.compile(r"\b(?:or|oder|vs\.?|versus)\b|/")


def stack(text: Text) -> Iterator[Candidate]:
    for mention in _FRAMEWORKS.claimed(text):
        if not _is_own(text, mention):
            continue
        rank = _SERVERS.get(mention.name, 2)
        yield Candidate("model_framework", mention.name, mention.start, mention.end, "framework", rank)
    for mention in _ORCHESTRATORS.claimed(text):
        rank = _ORCHESTRATOR_RANK.get(mention.name, 5)
        yield Candidate("orchestrator", mention.name, mention.start, mention.end, "orchestrator", rank)
    for mention in _DELIVERY.claimed(text):
        if mention.name != "gitlab_ci" or re.search(
            r"\bci\b|pipeline|runner|deploy|releas|roll", clauses.sentence(text, mention.start)
        ):
            yield Candidate("ci_cd", mention.name, mention.start, mention.end, "delivery")
    for mention in MONITORS.claimed(text):
        if _TOO_DEAR.match(text.working, mention.end):
            continue
        yield Candidate("monitoring", [mention.name], mention.start, mention.end, "monitoring")


def _is_own(text: Text, mention: Mention) -> bool:
    words = text.working[mention.start : mention.end]
    if mention.name == "triton" and re.search(
        r"triton (?:kernels?|language|compiler|lang)\b|openai triton", clauses.sentence(text, mention.start)
    ):
        return False
    return not (mention.name == "prophet" and words == "prophet" and "forecast" not in text.working)
