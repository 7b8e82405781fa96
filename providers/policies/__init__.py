"""Policy bundles: CEL rules that a plan and its cost are held against. Fail closed."""

from providers.policies.bundle import BASELINE, PolicyBundle
from providers.policies.document import document_of
from providers.policies.evaluation import evaluate, evaluate_document
from providers.policies.refusal import PolicyBundleRefused

__all__ = ["BASELINE", "PolicyBundle", "PolicyBundleRefused", "document_of", "evaluate", "evaluate_document"]
