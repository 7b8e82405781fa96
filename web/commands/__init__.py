"""What people ask for. Each command is one unit of work: it checks, writes rows and events, and defers the job."""

from web.commands.decision_sets import branch, cancel, create_decision_set, create_project, fork, retry
from web.commands.gates import answer_gate
from web.commands.intake import edit_constraints, send_message, start
from web.commands.once import Answer, Caller, CommandKey, once
from web.commands.projects import settle

__all__ = [
    "Answer",
    "Caller",
    "CommandKey",
    "answer_gate",
    "branch",
    "cancel",
    "create_decision_set",
    "create_project",
    "edit_constraints",
    "fork",
    "once",
    "retry",
    "send_message",
    "settle",
    "start",
]
