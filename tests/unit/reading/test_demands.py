"""What a comment asks for, whether or not any field can hold it."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from providers.rulebook.reading.demands import unread


def asked(text: str) -> list[str]:
    return unread(text, [(item.start, item.end) for item in read(text).findings])


@pytest.mark.parametrize(
    "text",
    [
        "data must be encrypted with our own KMS key",
        "must also log everything and tag team=ml",
        "approved only if legal signs off",
        "ok as long as there is a canary",
        "Approved, provided that logs are kept for a year",
        "encrypt everything with our own key",
        "cap the blast radius",
        "lower the log retention",
        "please add a WAF",
        "we need a rollback plan",
        "We require two-person review.",
        "Daten müssen mit unserem eigenen Schlüssel verschlüsselt werden",
        "freigegeben, aber nur mit WAF",
        "bitte die Logs ein Jahr aufbewahren",
        "ok, sofern die Logs ein Jahr bleiben",
        "Nur wenn der Betriebsrat zustimmt",
        "Logs sollen ein Jahr bleiben",
        "LGTM. Team label must be ml.",
        "has to go through the VPN",
        "no public IPs",
        "ok if it is encrypted",
        "It should not be reachable from the office",
        "mit eigenem Schlüssel verschlüsseln",
        "Alles soweit gut, es braucht aber einen Canary",
        "never log request bodies",
        "Make sure backups are tested",
        "should be multi-tenant",
        "approve but add a firewall",
        "rename it, subject to naming policy",
        "ok, if security signs off",
        "approved, once the pen test is done",
        "Approved, after legal review",
        "Approved, when legal agrees",
        "Approved with customer-managed keys",
        "With our own KMS key",
        "customer managed keys only",
        "private subnets only",
        "without public IPs",
        "Approved, except the public load balancer",
        "Approved pending security review",
        "Sign off from security is needed before prod",
        "needed before prod: pen test",
        "make it nicer and a bit safer, you know",
        "LGTM, make it safer",
        "ok, make everything a bit simpler",
        "Make the logs readable",
        "make it so that logs are kept for a year",
        "could you make it safer",
        "a bit safer please",
        "fine, but more secure",
        "harden the image",
        "4 times a month",
        "but twice a week",
        "Mach es sicherer",
        "Passt, aber etwas sicherer",
    ],
)
def test_a_demand_that_no_field_holds_is_one(text: str) -> None:
    assert asked(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "looks good, thanks",
        "Cap replicas at 6, please.",
        "höchstens 6 Replicas, bitte",
        "ok, ticket OPS-12",
        "approved by finance",
        "LGTM",
        "Approved. Should be fine.",
        "yes please",
        "ship it",
        "go ahead",
        "exactly what we need",
        "no changes needed",
        "passt, danke",
        "sollte so passen",
        "kein Bedarf an Änderungen",
        "Brauchen wir nicht weiter zu diskutieren",
        "as required by policy SEC-4",
        "approved, keep up the good work",
        "nothing else is required",
        "we don't need more zones",
        "must say, nice work",
        "finance is ok with $3500",
        "ok but expensive",
        "We need it",
        "Approved because we need the capacity",
        "I want to go ahead",
        "Reviewed: meets the SLO we need",
        "Approved with thanks",
        "approved without any concerns",
        "Looks good, when does it go live?",
        "After the review with finance: approved",
        "fine, if a bit expensive",
        "fine, but no rush",
        "Approved for Q3, ticket #4711",
        "thanks, needed by Friday",
        "must go live on Monday",
        "bitte weiter",
        "ok, please proceed",
        "Reviewed with Ana; all requirements are met",
        "Budget confirmed by finance",
        "I approve",
        "👍",
        "Genehmigt",
        "Freigegeben durch Finanzen",
        "it doesn't have to be perfect",
        "use case is clear",
        "change approved in CAB",
        "all set",
        "Good plan, meets our needs",
        "keep me posted",
        "good to go",
        "Nice. Cost is lower than expected",
        "Go for it!",
        "ok for now",
        "Checked the numbers, everything adds up",
        "Sounds good, let's do it",
        "as expected",
        "Per the ticket: approved",
        "We discussed this on Tuesday and everyone agreed",
        "einverstanden",
        "Danke, sieht gut aus",
        "Looks good, the team should be happy",
        "I want to thank the team",
        "approved, thanks for waiting",
        "make it so",
        "Make it so!",
        "ok, make it happen",
        "let's make it happen",
        "LGTM, make it live",
        "makes sense",
        "You make my day",
        "That will make it easier for us",
        "more or less what we wanted",
        "even better",
        "mach weiter so",
        "macht es so",
        "cheaper than I thought, great",
        "much cheaper, thanks",
        "Nicer!",
    ],
)
def test_a_plain_remark_asks_for_nothing(text: str) -> None:
    assert asked(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "cap replicas at 6",
        "p95 under 75 ms and at most $3500",
        "it must carry 900 requests a second",
        "cap replicas at 6 and lower the budget to $3,500 a month",
        "must stay in the EU",
        "AWS may be used as well",
        "Datadog too, please",
        "Run it on AWS",
        "höchstens 6 Replikas bitte",
        "Budget auf 3.500 $ senken",
        "no GPUs please",
        "make it at most $2,000 a month",
        "make the budget $2,000 a month",
    ],
)
def test_a_demand_that_was_read_is_met_by_its_constraint(text: str) -> None:
    assert read(text).findings != []
    assert asked(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("at most $3500 and must be encrypted with our own KMS key", ["must be encrypted with our own KMS key"]),
        ("Cap replicas at 6, and Encrypt the disks with our key.", ["Encrypt the disks with our key"]),
        (
            "must be encrypted, in transit too. Thanks! Tag team=ml",
            ["must be encrypted, in transit too", "Tag team=ml"],
        ),
        ("cap replicas at 6 and make it safer", ["make it safer"]),
        ("make it nicer and a bit safer, you know", ["make it nicer and a bit safer, you know"]),
        ("It must be quiet, cap replicas at 6 and add a WAF", ["It must be quiet", "add a WAF"]),
    ],
)
def test_what_was_read_beside_it_hides_no_demand(text: str, words: list[str]) -> None:
    assert asked(text) == words


def test_a_long_demand_is_quoted_in_part() -> None:
    (words,) = asked("it must " + "log " * 100)
    assert (len(words), words[-1]) == (200, "…")


def test_a_please_belongs_to_what_it_stands_behind() -> None:
    assert asked("Also tag it, please.") == ["Also tag it, please"]
