"""Everything that can be refused. The docstring is the sentence the caller reads; `code` is stable."""

from __future__ import annotations


class DomainError(Exception):
    """Something could not be done."""

    code = "error"
    status = 400
    field: str | None = None

    def __init__(self, detail: str | None = None, *, field: str | None = None) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.field = field or self.field
        super().__init__(self.detail)


class NotFound(DomainError):
    """There is nothing here by that name."""

    code, status = "not-found", 404


class UnknownProject(DomainError):
    """No project has this slug. Create it first, or choose one from the list."""

    code, status, field = "unknown-project", 422, "project"


class Invalid(DomainError):
    """The request does not fit its schema."""

    code, status = "invalid", 422


class EmptyMessage(DomainError):
    """Say in a sentence what must run."""

    code, status, field = "empty-message", 422, "message"


class MessageTooLong(DomainError):
    """A message may have 20,000 characters at most. Shorten it, or send it in parts."""

    code, status, field = "message-too-long", 413, "message"


class NotText(DomainError):
    """The message holds bytes that are not text. Paste plain text."""

    code, status, field = "not-text", 422, "message"


class BodyTooLarge(DomainError):
    """The request is larger than 256 KiB."""

    code, status = "body-too-large", 413


class MalformedJson(DomainError):
    """The request body is not valid JSON."""

    code, status = "malformed-json", 400


class Unauthenticated(DomainError):
    """Sign in, or send an API key as `Authorization: Bearer KEY`."""

    code, status = "unauthenticated", 401


class RoleForbids(DomainError):
    """Your role does not allow this."""

    code, status = "role", 403


class CrossSite(DomainError):
    """The request came from another site."""

    code, status = "cross-site", 403


class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key was used with another body. Use a new key for a new request."""

    code, status, field = "idempotency-key-reused", 422, "Idempotency-Key"


class NotInIntake(DomainError):
    """The intake of this decision set is over."""

    code, status = "not-in-intake", 409


class MessageReplaced(DomainError):
    """This message was edited meanwhile. Edit the newer one."""

    code, status, field = "message-replaced", 409, "replaces"


class QuestionMoved(DomainError):
    """This question has been answered already, or another one is open now."""

    code, status, field = "question-moved", 409, "question_id"


class AlreadyEnded(DomainError):
    """This decision set has ended. Start a child decision set from it instead."""

    code, status = "ended", 409


class Cancelled(AlreadyEnded):
    """This decision set was cancelled and takes nothing more. Start a child decision set from it instead."""


class NotFailed(DomainError):
    """Only a failed decision set can be retried."""

    code, status = "not-failed", 409


class ParentElsewhere(DomainError):
    """The parent belongs to another project."""

    code, status, field = "parent-elsewhere", 422, "parent_id"


class ParentWithoutPlan(DomainError):
    """The parent has no plan yet."""

    code, status, field = "parent-without-plan", 409, "parent_id"


class GateAlreadyAnswered(DomainError):
    """This gate was answered while you were reading it."""

    code, status = "gate-answered", 409


class GateExpired(DomainError):
    """This approval expired unanswered. Retry opens it again on the same plan; a child decision set plans anew."""

    code, status = "gate-expired", 409


class CapsuleMoved(DomainError):
    """The plan changed since you opened it."""

    code, status, field = "capsule-moved", 409, "capsule"


class ActionNotAllowed(DomainError):
    """This gate does not allow that action."""

    code, status, field = "action-not-allowed", 422, "action"


class CommentRequired(DomainError):
    """Say why: a comment is required unless you approve."""

    code, status, field = "comment-required", 422, "comment"


class OverrideRequired(DomainError):
    """A soft policy is not met. Say why it may stand, policy by policy, or request changes."""

    code, status, field = "override-required", 422, "overrides"


class NoPlan(DomainError):
    """There is no plan yet."""

    code, status = "no-plan", 409


class ProjectExists(DomainError):
    """A project with this name exists already."""

    code, status, field = "project-exists", 409, "name"


class AlreadyHandled(DomainError):
    """Somebody has marked this as handled already."""

    code, status = "already-handled", 409


class ArtifactDamaged(DomainError):
    """The stored bytes do not have the hash that names them."""

    code, status = "artifact-damaged", 500


class Fenced(Exception):
    """Another worker has taken this decision set; what this one was about to write is dropped."""


class RefMoved(Exception):
    """The project's branch moved while the commit was made."""


class StaleVersion(Exception):
    """The decision set changed since it was read."""


class OutsideUnitOfWork(RuntimeError):
    """An event was logged outside a unit of work."""


class DeterminismBudgetExceeded(Exception):
    """Three answers in a row did not fit the schema; the last is in quarantine."""

    def __init__(self, what: str, payload: bytes, error: str) -> None:
        self.what, self.payload, self.error = what, payload, error
        super().__init__(f"{what}: {error}")
