"""Lambda ``JobsFunction`` (infra/streams.yaml): runs long work, one job per message.

A job that time does not suffice for goes back to the queue. A message whose job could not even
be looked at is told to the queue, which delivers it again and sets it aside after five times.
"""

from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from backend.announcements import sending
from backend.jobs import job_queue, runner
from backend.jobs.errors import StepFailed
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.jobs.runner import Step
from backend.lifecycle import cancellation, erasure
from backend.lifecycle import exports as guest_exports
from backend.registrations import adoption, bulk, exports, imports, recounts
from backend.sessions import adoption as session_adoption
from backend.sessions import cancellation as session_cancellation
from backend.sessions import telling
from backend.shared.clock import utc_now
from backend.shared.errors import DomainError
from backend.shared.failures import traits_of
from backend.shared.observability import logger

# A step that was begun must be able to end: it handles a hundred items at most.
SPARED_MS = 60_000

STEPS: dict[JobKind, Step] = {
    JobKind.IMPORT_GUESTS: imports.step,
    JobKind.EXPORT_GUESTS: exports.step,
    JobKind.CHANGE_GUESTS: bulk.step,
    JobKind.CANCEL_EVENT: cancellation.step,
    JobKind.EXPORT_GUEST: guest_exports.step,
    JobKind.ERASE_GUEST: erasure.step,
    JobKind.ADOPT_SEATS: adoption.step,
    JobKind.RECOUNT: recounts.step,
    JobKind.CANCEL_SESSION: session_cancellation.step,
    JobKind.TELL_SESSION: telling.step,
    JobKind.NOTIFY_SESSION: telling.notice_step,
    JobKind.ADOPT_BOOKINGS: session_adoption.step,
    JobKind.ANNOUNCE: sending.step,
}


def guarded(step: Step) -> Step:
    """The step; what it did not foresee is told to the log and becomes ``StepFailed``."""

    def run(job: Job, now: datetime) -> StepResult:
        try:
            return step(job, now)
        except DomainError:
            raise
        except Exception as error:  # noqa: BLE001 - the job must get to know, whatever it was
            told = {"job_id": job.job_id, "kind": job.kind, "attempt": job.attempts}
            logger.error("step failed", extra={**told, **traits_of(error)})
            raise StepFailed from None

    return run


class _Processor(BatchProcessor):
    """Says in the log why a message failed."""

    def failure_handler(self, record: Any, exception: Any) -> Any:
        logger.error("a job could not be run", extra=traits_of(exception[1]))
        return super().failure_handler(record, exception)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Run the jobs of a batch's messages; the answer lists the messages that failed."""

    def run(record: SQSRecord) -> None:
        job_id = job_queue.read(record.body)
        status = runner.run_job(
            job_id=job_id,
            steps={kind: guarded(step) for kind, step in STEPS.items()},
            now_fn=utc_now,
            until=lambda: context.get_remaining_time_in_millis() < SPARED_MS,
        )
        logger.info("job run", extra={"job_id": job_id, "status": status})

    processor = _Processor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, run, processor, context)
