"""What the data are, where they have to stay, and which tools are named."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "data_sensitivity": [
        ("The training set contains customers' e-mail addresses.", "pii"),
        ("CVs of applicants go through the model.", "pii"),
        ("We classify tickets that contain personal info.", "pii"),
        ("Names and addresses are in the documents.", "pii"),
        ("The data identifies individuals.", "pii"),
        ("MRI scans, clinical use, under HIPAA.", "phi"),
        ("Hospital discharge letters are summarised.", "phi"),
        ("X-rays of patients are triaged.", "phi"),
        ("Input: patient records.", "phi"),
        ("Arztbriefe zusammenfassen", "phi"),
        ("Loan applications with income and account statements", "financial"),
        ("Card numbers pass through the model, PCI applies.", "financial"),
        ("Bank transactions are scored.", "financial"),
        ("Score card transactions at the till, PII, EU only.", "pii"),
        ("Bank statements of our members; this is personal data.", "pii"),
        ("Discharge letters, which count as PHI, and customers' names.", "phi"),
        ("Data is company confidential.", "internal"),
        ("For internal use only, engineering wiki.", "internal"),
        ("Only open data from the city.", "public"),
        ("Wikipedia dumps, so nothing confidential.", "public"),
    ],
    "data_residency": [
        ("Data cannot leave Canada.", "Canada"),
        ("EU residency is a must.", "EU"),
        ("Must be hosted in the European Union.", "EU"),
        ("Daten müssen in Deutschland bleiben.", "Germany"),
        ("All processing inside Switzerland.", "Switzerland"),
        ("Nothing goes outside North America.", "North America"),
        ("Data must be stored and processed in New Zealand.", "New Zealand"),
        ("UK data residency.", "UK"),
        ("US-only please.", "US"),
    ],
    "cloud": [
        ("g5.12xlarge for training, please", ["aws"]),
        ("Train our JAX model on a TPU v5e-16 slice on Google Cloud.", ["gcp"]),
        ("Anything on AWS or GCP.", ["aws", "gcp"]),
        ("We are an Azure shop.", ["azure"]),
        ("In our own data center in Toronto.", ["onprem"]),
        ("Air-gapped installation at the customer's site.", ["onprem"]),
        ("in our Bristol DC", ["onprem"]),
        ("AWS us-west-2, not Azure.", ["aws"]),
    ],
    "regions": [
        ("AWS us-west-2, not Azure.", ["us-west-2"]),
    ],
    "orchestrator": [
        ("Runs on EKS with KEDA, deployed via Argo CD.", "kubernetes"),
        ("We use Nomad.", "nomad"),
        ("SageMaker is out, ECS is fine", "ecs"),
        ("I tried Airflow, Prefect and Dagster before settling on Flyte.", "flyte"),
    ],
    "ci_cd": [
        ("Runs on EKS with KEDA, deployed via Argo CD.", "argocd"),
        ("GitLab CI deploys, Grafana watches.", "gitlab_ci"),
    ],
    "monitoring": [
        ("GitLab CI deploys, Grafana watches.", ["grafana"]),
        ("Alerting: Honeycomb and PagerDuty", ["honeycomb", "pagerduty"]),
        ("Monitor with UptimeRobot.", ["uptimerobot"]),
    ],
    "model_framework": [
        ("Train our JAX model on a TPU v5e-16 slice on Google Cloud.", "jax"),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "data_sensitivity": [
        "No PII in the data.",
        "Personally, I think data quality matters.",
        "Everything is anonymised before it reaches us, no patient data.",
    ],
    "data_residency": [
        "Our customers are in France and Spain.",
        "We are a startup from Sweden.",
        "I'm a PhD student in Italy training a model.",
        "Nobody asked for UK residency.",
        "I'm based in Germany, our team sits in Munich.",
        "Our office is in London and the customers are mostly in the US.",
    ],
    "cloud": [
        "My server has no GPU. Is one essential?",
        "I saw that GCP has cheaper T4s.",
        "Oracle Cloud free tier",
        "Ollama on my Mac is slow.",
        "The legal team says we need a DPA with OpenAI.",
    ],
    "regions": [
        "I'm based in Germany, our team sits in Munich.",
        "Our office is in London and the customers are mostly in the US.",
    ],
}


@pytest.mark.parametrize(
    ("field", "text", "value"), [(field, *case) for field, cases in STATED.items() for case in cases]
)
def test_it_is_read(field: FieldName, text: str, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in SILENT.items() for text in texts])
def test_it_states_nothing(field: FieldName, text: str) -> None:
    assert facts(text).get(field) is None
