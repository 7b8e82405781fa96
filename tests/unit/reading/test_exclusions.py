"""What the operator rules out or leaves must never be read as wanted."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}


@pytest.mark.parametrize(
    ("text", "remaining", "words"),
    [
        ("Put it anywhere but Azure or GCP.", ["aws"], "anywhere but Azure or GCP"),
        ("Any provider except AWS will do.", ["azure", "gcp"], "Any provider except AWS"),
        ("Everything other than Google Cloud", ["aws", "azure"], "Everything other than Google Cloud"),
        ("Hosting: not GCP or AWS", ["azure"], "not GCP or AWS"),
        ("We do NOT want Azure.", ["aws", "gcp"], "do NOT want Azure"),
        ("we do **NOT** want to use GCP", ["aws", "azure"], "do **NOT** want to use GCP"),
        ("It can't run on AWS.", ["azure", "gcp"], "can't run on AWS"),
        ("no GCP, p95 under 90 ms", ["aws", "azure"], "no GCP"),
        ("NEITHER Azure NOR AWS", ["gcp"], "NEITHER Azure NOR AWS"),
        ("Stay away from Azure.", ["aws", "gcp"], "Stay away from Azure"),
        ("Azure is off the table, and so is GCP.", ["aws"], "Azure is off the table, and so is GCP"),
        ("no GCP, no AWS", ["azure"], "no GCP"),
    ],
)
def test_excluded_clouds_leave_the_rest(text: str, remaining: list[str], words: str) -> None:
    (found,) = [item for item in read(text).findings if item.field == "cloud"]

    assert (found.value, text[found.start : found.end]) == (remaining, words)


@pytest.mark.parametrize(
    ("text", "clouds"),
    [
        ("not on GCP, take AWS", ["aws"]),
        ("Not Azure but AWS", ["aws"]),
        ("no AWS, we have our own servers", ["onprem"]),
        ("no Azure, we run EKS", ["aws"]),
        ("nothing but Azure", ["azure"]),
        ("Any cloud works, but GCP is preferred.", ["gcp"]),
        ("not just GCP", ["gcp"]),
        ("No GCP. Sorry, GCP is fine after all.", ["gcp"]),
        ("Bring us from GCP to AWS.", ["aws"]),
        ("The way from AWS over to Azure", ["azure"]),
        ("from on-prem to GCP", ["gcp"]),
        ("migrate off Azure and onto AWS", ["aws"]),
    ],
)
def test_a_cloud_that_is_wanted_wins(text: str, clouds: list[str]) -> None:
    assert facts(text).get("cloud") == clouds


@pytest.mark.parametrize(
    "text",
    [
        "no AWS, no GCP and no Azure",
        "It need not be Azure.",
        "We have no GCP account.",
        "Our data is not on Azure yet.",
        "We want to get away from GCP.",
        "What if we did not use AWS?",
        "The search team has no AWS.",
        "I cannot deploy on AWS: permission denied",
        "It does not run on GCP.",
        "Should we avoid Azure?",
    ],
)
def test_no_cloud_is_stated(text: str) -> None:
    assert "cloud" not in facts(text)


def test_an_excluded_region_is_not_wanted() -> None:
    assert facts("AWS, anywhere but eu-west-2") == {"cloud": ["aws"]}
