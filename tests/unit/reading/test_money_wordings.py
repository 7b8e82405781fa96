"""How a budget is said, and which money is none."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "monthly_budget_usd": [
        ("We want to serve a small BERT model; hosting shouldn't run us more than $700 per month.", 700.0),
        ("Chatbot on Llama 3 8B. The NTE is $2,500/mo.", 2500.0),
        ("Finance signed off on 4k USD monthly for this inference service.", 4000.0),
        ("We've been given $18k a year for the model hosting.", 1500.0),
        ("We have USD 3,000 per month to play with for the recommender.", 3000.0),
        ("Please not pricier than 800 euros per month for the scoring API.", 922.72),
        ("There's $5000 monthly earmarked for the embedding service.", 5000.0),
        ("Anything north of $1,200 a month will not get approved for the classifier endpoint.", 1200.0),
        ("Our ceiling for the fraud model endpoint: 2.5k/month.", 2500.0),
        ("Monthly bill must not top $900 for the OCR service.", 900.0),
        ("Cost limit £50 per day for the training cluster.", 2053.26),
        ("We can put €300 monthly towards it. Sentiment model behind an API.", 346.02),
        ("The envelope for the ranking service is 7,500 USD per month.", 7500.0),
        ("I don't want to pay more than 60 bucks a month for my hobby model endpoint.", 60.0),
        ("Spend: no more than $1.5k/mo. LightGBM scoring service.", 1500.0),
        ("The client approved 12,000 dollars a quarter for the model serving.", 4000.0),
        ("budget-wise we're talking 2 grand a month for the voice bot", 2000.0),
        ("Kostenrahmen: 1.800 € monatlich für die Klassifikations-API.", 2076.12),
        ("Mehr als 500 Euro im Monat sind nicht drin. Chatbot mit Llama.", 576.7),
        ("Uns stehen 2.000 Euro pro Monat zur Verfügung, für die Bilderkennung.", 2306.8),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "monthly_budget_usd": [
        ("A p4d.24xlarge is $32.77 an hour, that is $23k a month. Is there something cheaper to train our model on?"),
        "The consultant quoted $9,000 a month for the chatbot.",
        "Our AWS invoice was $4,300 last month for the model endpoint.",
        "Customers pay us $49 per month for the transcription product.",
        "Each hour of downtime costs us $10k. Fraud model endpoint.",
        "The A100 box would be about $2,000/month at Lambda.",
        "Vertex charges roughly $550 per month for an idle endpoint.",
        "This would save us $3k a month on GPU costs.",
        "We process $2M of payments per month with the fraud model.",
        "What the previous provider took was 80k a year for scoring.",
        "I have seen people pay $200/month for a T4.",
        "> you will pay about $400 a month for that\n\nThanks, which GPU did you use for your model?",
        "Our bill on SageMaker was $1,900 in March and $2,400 in April, mostly idle endpoints.",
        "The p3.2xlarge costs 3.06 USD/hour on demand, about 0.92 on spot.",
        "The free plan includes 750 hours a month and $5 of credits.",
        "The company makes $3M a year.",
        "I pay 20 dollars a month for ChatGPT.",
        "A seat costs 30 euros per month.",
        "Salary for the ML engineer: 9,000 EUR a month.",
        "Don't worry about cost.",
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
