"""Policy bundles: CEL rules that a plan and its cost are held against. Fail closed."""

from providers.policies.bundle import BASELINE, Figure, PolicyBundle, Rule
from providers.policies.document import document_of
from providers.policies.evaluation import evaluate, evaluate_document, input_sha256
from providers.policies.refusal import PolicyBundleRefused

__all__ = [
    "BASELINE",
    "Figure",
    "PolicyBundle",
    "PolicyBundleRefused",
    "Rule",
    "document_of",
    "evaluate",
    "evaluate_document",
    "input_sha256",
]
