"""What the services of the sync refuse, in words for a person. `status` is the one an HTTP face answers with."""

from __future__ import annotations

from typing import Any, ClassVar

from twinbook.core.sentence import sentence


class SyncError(Exception):
    """`code` is stable, `message` a sentence for a person, `hint` the next thing to do."""

    code: ClassVar[str] = "sync_error"
    status: ClassVar[int] = 409
    message: str = sentence("This cannot be done now.")
    hint: str | None = None

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        self.message = message or self.message
        self.hint = hint if hint is not None else self.hint
        self.extra = extra or {}
        super().__init__(self.message)


class NotSynced(SyncError):
    code = "not_synced"
    message = sentence("This class is not joined with an Aeries gradebook.")
    hint = sentence("Join it under class › Setup.")


class SetupRunning(SyncError):
    code = "setup_running"
    message = sentence("The class is being joined with its Aeries gradebook right now.")
    hint = sentence("Wait until the set-up has ended; its run shows how far it is.")


class Paused(SyncError):
    code = "paused"
    message = sentence("Syncing is paused for this class.")
    hint = sentence("Set the class back to `sync` in its settings, or preview with a dry run.")


class Observing(SyncError):
    code = "observing"
    message = sentence(
        "Twinbook only observes here: it reads and shows what it would do, and writes nothing."
    )
    hint = sentence(
        "Set the mode back to `sync` (of the class, or of the district) before anything is written."
    )


class NothingToConfirm(SyncError):
    code = "nothing_to_confirm"
    message = sentence("Nothing waits for a confirmation: this installation may write.")
    hint = sentence("`twinbook status` says how it stands.")


class NoDraft(SyncError):
    code = "no_draft"
    status = 404
    message = sentence("No set-up has been begun for this class.")
    hint = sentence("Begin it by choosing an Aeries gradebook.")


class GradebookNotListed(SyncError):
    code = "gradebook_not_listed"
    status = 404
    message = sentence("This gradebook is not one of the class's Aeries gradebooks.")
    hint = sentence("Choose one of the list; it shows the gradebooks of the class's sections and teachers.")


class GradebookUnsuitable(SyncError):
    code = "gradebook_unsuitable"
    status = 422
    message = sentence("This gradebook cannot be joined.")


class StillReading(SyncError):
    code = "not_ready"
    status = 422
    message = sentence("The Aeries gradebook is still being read.")
    hint = sentence("Wait for the reading to end; its run shows how far it is.")


class NotReady(SyncError):
    code = "not_ready"
    status = 422
    message = sentence("Some questions of the set-up are not answered yet.")


class SummaryOutOfDate(SyncError):
    """`extra` holds the new summary."""

    code = "summary_out_of_date"
    message = sentence("Something in this summary has changed since you read it.")
    hint = sentence("Read the new summary and confirm that one.")


class AlreadySynced(SyncError):
    code = "already_synced"
    message = sentence("This class is already joined with an Aeries gradebook.")
    hint = sentence("Stop syncing first, or choose another gradebook for a further link.")


class InvalidLink(SyncError):
    """A repair that names too little, too much, or what does not fit together."""

    code = "invalid_link"
    status = 422
    message = sentence("This names no pair.")


class NoSuchItem(SyncError):
    code = "not_found"
    status = 404
    message = sentence("There is no such activity or assignment.")


class PartnerTaken(SyncError):
    code = "partner_taken"
    message = sentence("This item is paired already.")
    hint = sentence("Unlink that pair first; nothing is lost by it.")


class NoSuchRun(SyncError):
    code = "not_found"
    status = 404
    message = sentence("There is no such run.")


class BackupUnusable(SyncError):
    """Nothing was changed."""

    code = "backup_unusable"
    status = 422
    message = sentence("This backup cannot be restored into this class.")
    hint = sentence("Choose another file.")


class NothingToUndo(SyncError):
    code = "nothing_to_undo"
    message = sentence("This run moved nothing that could be put back.")


class WholeRunIsForAdministrators(SyncError):
    code = "forbidden"
    status = 403
    message = sentence("Undoing a run of the whole district is an administrator's.")
    hint = sentence("Name one of your own classes: `class_id`.")


class AlreadyUndone(SyncError):
    code = "already_undone"
    message = sentence("This run has been undone already.")


class RunNotEnded(SyncError):
    code = "run_not_ended"
    message = sentence("This run has not ended yet.")
    hint = sentence("Wait until it has ended, then undo it.")


class NoSuchProblem(SyncError):
    code = "not_found"
    status = 404
    message = sentence("There is no such open question; it may have closed meanwhile.")


class ProblemChanged(SyncError):
    code = "problem_changed"
    message = sentence("The values have changed since you read this question.")
    hint = sentence("Look at the values as they are now, then choose again.")


class InvalidChoice(SyncError):
    code = "invalid_choice"
    status = 422
    message = sentence("This is not one of the choices of this question.")


class InvalidSetting(SyncError):
    code = "invalid_setting"
    status = 422


class NotYet(SyncError):
    code = "not_yet"
    status = 501
    message = sentence("This is not built yet.")
    hint = sentence("It comes with a later version of Twinbook.")


class AeriesRefuses(SyncError):
    """Aeries answered, and something in the connection must be changed first. `code` tells what, as a failed run does."""

    status = 409

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code  # type: ignore[misc]


class AeriesUnavailable(SyncError):
    """Aeries was needed for an answer and did not give one."""

    code = "aeries_unavailable"
    status = 503
    message = sentence("Aeries does not answer.")
    hint = sentence("Try again in a moment; nothing is lost meanwhile.")
