"""Table ``jobs``: one item per job, and one per lane that a job holds.

====================  =============================================  ====================
Access pattern        Keys                                           Method
====================  =============================================  ====================
one job               pk=job_id                                      ``Job.fetch``
jobs of an event      event_index: pk=event_id, sk=created_at        ``list_for_event``
what waits too long   stuck_index: pk=due_bucket, sk=due_at; only    ``Job.list_due``
                      while queued or running
who holds a lane      pk=``lane#<event>#<lane>``                     ``Lane.find_holder``
====================  =============================================  ====================
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from backend.jobs.errors import JobNotFound
from backend.jobs.kinds import RULES, JobKind
from backend.jobs.progress import Problem, StepResult, kept
from backend.jobs.states import JOB_STATES, OPEN, JobStatus
from backend.shared import db
from backend.shared.paging import Page

S = JobStatus
# All of them: jobs are few, one partition is plenty.
_DUE = "DUE"
LONGEST_ID = 64


def lane_of(kind: JobKind, event_id: str) -> str | None:
    """The key of the lane that jobs of a kind run in at an event, if they have one."""
    name = RULES[kind].lane
    return f"lane#{event_id}#{name}" if name else None


class EventIndex(GlobalSecondaryIndex["Job"]):
    """The jobs of one event by the time they were asked for, without problems and results."""

    class Meta:
        index_name = "event_index"
        projection = IncludeProjection(
            ["kind", "status", "total", "done", "failed", "updated_at", "finished_at"]
        )

    event_id = UnicodeAttribute(hash_key=True)
    created_at = db.UtcAttribute(range_key=True)


class StuckIndex(GlobalSecondaryIndex["Job"]):
    """Jobs that have not ended, by when somebody should look."""

    class Meta:
        index_name = "stuck_index"
        projection = KeysOnlyProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = db.UtcAttribute(range_key=True)


class Job(db.Table):
    """One piece of long work.

    ``params``, ``problems`` and ``result`` hold rows, keys and numbers, never a name or an
    address; files hold those, and expire. ``due_at`` is when somebody else may take the job:
    the end of a lease or of a wait. ``takes`` counts the runners that held it one after the
    other and tells them apart; ``attempts`` those at the present step. ``total`` is ``None``
    while nobody knows it.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("jobs")

    job_id = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute()
    kind = db.EnumAttribute(JobKind)
    status = db.EnumAttribute(JobStatus, default=S.QUEUED)
    params = JSONAttribute()
    cursor = JSONAttribute(null=True)
    total = db.IntegerAttribute(null=True)
    done = db.IntegerAttribute(default=0)
    failed = db.IntegerAttribute(default=0)
    problems = JSONAttribute(null=True)
    result = JSONAttribute(null=True)
    reason_code = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    created_at = db.UtcAttribute()
    created_by = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    updated_at = db.UtcAttribute()
    started_at = db.UtcAttribute(null=True)
    finished_at = db.UtcAttribute(null=True)
    cancel_requested_at = db.UtcAttribute(null=True)
    pause_requested_at = db.UtcAttribute(null=True)
    takes = db.IntegerAttribute(default=0)
    attempts = db.IntegerAttribute(default=0)
    due_bucket = UnicodeAttribute(null=True)
    due_at = db.UtcAttribute(null=True)

    event_index = EventIndex()
    stuck_index = StuckIndex()

    # Queries

    @classmethod
    def fetch(cls, job_id: str) -> "Job":
        """The job, read consistently; ``JobNotFound`` when there is none."""
        # What cannot be a key would be an error of DynamoDB's; lanes live in this table, too.
        is_key = 0 < len(job_id) <= LONGEST_ID and job_id.isascii() and "#" not in job_id
        job = cls.find(job_id) if is_key else None
        if job is None:
            raise JobNotFound("There is no such job.")
        return job

    @classmethod
    def list_for_event(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Job]":
        """One page of an event's jobs, the newest first, with what the index holds of them."""
        return db.query_page(cls.event_index, event_id, limit=limit, start=start, newest_first=True)

    @classmethod
    def list_due(cls, *, now: datetime, limit: int) -> Iterator[str]:
        """Up to ``limit`` ids of jobs whose ``due_at`` is past, the longest due first."""
        due = cls.stuck_index.query(_DUE, StuckIndex.due_at <= now, limit=limit)
        yield from (found.job_id for found in due)

    @property
    def is_open(self) -> bool:
        """Whether it has neither ended nor been given up."""
        return self.status in OPEN

    @property
    def lane(self) -> str | None:
        """The key of the lane it runs in, if its kind has one."""
        return lane_of(self.kind, self.event_id)

    def list_problems(self) -> list[Problem]:
        """What is kept of the problems, the first ones first; ``failed`` counts them all."""
        return [Problem(*document) for document in self.problems or []]

    # Mutators

    def add(self, *, due_at: datetime) -> None:
        """Write a new job and take its lane, both or neither.

        ``StaleWrite`` when the id is taken, or another job holds the lane.
        """
        self.due_bucket, self.due_at = _DUE, due_at
        if self.lane is None:
            self.put(Job.job_id.does_not_exist())
            return
        with db.transaction() as write:
            write.save(self, condition=Job.job_id.does_not_exist())
            Lane(self.lane, held_by=self.job_id).take_within(write)

    @classmethod
    def take(cls, job_id: str, *, until: datetime, now: datetime) -> "Job":
        """Hold the job until ``until`` and count the attempt at its present step.

        Refuses (``StaleWrite`` with the stored item) one that has ended, that somebody else
        holds, that waits for its next attempt, or that does not exist.
        """
        queued = Job.status.is_in(*JOB_STATES.sources_of(S.RUNNING))
        left = (Job.status == S.RUNNING) & (Job.due_at <= now)
        return cls.change(
            job_id,
            actions=[
                Job.status.set(S.RUNNING),
                Job.started_at.set(Job.started_at | now),
                Job.updated_at.set(now),
                Job.due_at.set(until),
                Job.takes.add(1),
                Job.attempts.add(1),
            ],
            condition=queued | left,
        )

    def advance(self, result: StepResult, *, until: datetime, now: datetime) -> "Job":
        """Keep what a step did and where the next one starts; the lease grows.

        ``StaleWrite`` when somebody else took the job meanwhile.
        """
        changes = [*self._progress(result), Job.attempts.set(1), Job.due_at.set(until)]
        return self._change_mine([*changes, Job.updated_at.set(now)])

    def let_go(self, *, due_at: datetime, attempts: int, now: datetime) -> "Job":
        """Leave the next step to whoever comes after ``due_at``; ``StaleWrite`` as above."""
        return self._change_mine(
            [Job.due_at.set(due_at), Job.attempts.set(attempts), Job.updated_at.set(now)]
        )

    def finish(
        self,
        status: JobStatus,
        *,
        now: datetime,
        last: StepResult | None = None,
        reason: tuple[str, str] | None = None,
    ) -> "Job":
        """End the job and free its lane, both or neither; ``StaleWrite`` as above.

        ``last`` is what the last step did, ``reason`` a machine word and a sentence.
        """
        JOB_STATES.check(self.status, status)
        actions = [
            *(self._progress(last) if last else []),
            Job.status.set(status),
            Job.finished_at.set(now),
            Job.updated_at.set(now),
            Job.due_bucket.remove(),
            Job.due_at.remove(),
        ]
        if reason:
            actions += [Job.reason_code.set(reason[0]), Job.reason.set(reason[1])]
        if self.lane is None:
            return self._change_mine(actions)
        with db.transaction() as write:
            write.update(self, actions=actions, condition=self._is_mine())
            Lane(self.lane, held_by=self.job_id).free_within(write)
        return Job.fetch(self.job_id)

    def ask_to_stop(self, *, now: datetime) -> "Job":
        """Have the runner stop before its next step; ``StaleWrite`` once the job has ended."""
        return Job.change(
            self.job_id,
            actions=[Job.cancel_requested_at.set(now), Job.updated_at.set(now)],
            condition=Job.status.is_in(*OPEN),
        )

    def ask_to_pause(self, *, now: datetime) -> "Job":
        """Have the runner let go before its next step; ``StaleWrite`` unless it runs."""
        return Job.change(
            self.job_id,
            actions=[Job.pause_requested_at.set(now), Job.updated_at.set(now)],
            condition=Job.status == S.RUNNING,
        )

    def pause(self, *, now: datetime) -> "Job":
        """Rest where it is, until somebody has it go on; it keeps its lane. ``StaleWrite`` as above."""
        JOB_STATES.check(self.status, S.PAUSED)
        values = {
            "status": S.PAUSED,
            "pause_requested_at": None,
            "updated_at": now,
            "due_bucket": None,
            "due_at": None,
        }
        return self._change_mine(Job.assignments(values))

    def queue_again(self, *, due_at: datetime, now: datetime) -> "Job":
        """Have a failed or paused job go on from where it stopped, and take its lane again.

        ``IllegalTransition`` by what was read; ``StaleWrite`` by what is stored, or when
        another job holds the lane.
        """
        JOB_STATES.check(self.status, S.QUEUED)
        actions: list[Action] = [
            Job.status.set(S.QUEUED),
            Job.attempts.set(0),
            Job.updated_at.set(now),
            Job.finished_at.remove(),
            Job.pause_requested_at.remove(),
            Job.reason_code.remove(),
            Job.reason.remove(),
            Job.due_bucket.set(_DUE),
            Job.due_at.set(due_at),
        ]
        condition = Job.status.is_in(*JOB_STATES.sources_of(S.QUEUED))
        if self.lane is None:
            return Job.change(self.job_id, actions=actions, condition=condition)
        with db.transaction() as write:
            write.update(self, actions=actions, condition=condition)
            Lane(self.lane, held_by=self.job_id).take_within(write)
        return Job.fetch(self.job_id)

    def _progress(self, result: StepResult) -> list[Action]:
        """Absolute values: only one runner at a time may write them."""
        actions: list[Action] = [
            Job.done.set(self.done + result.done),
            Job.failed.set(self.failed + len(result.failed)),
        ]
        if result.cursor is not None:
            actions.append(Job.cursor.set(result.cursor))
        if result.failed:
            actions.append(Job.problems.set(kept(self.problems or [], result.failed)))
        if result.result:
            actions.append(Job.result.set({**(self.result or {}), **result.result}))
        if result.total is not None:
            actions.append(Job.total.set(result.total))
        return actions

    def _is_mine(self) -> Any:
        return (Job.status == self.status) & (Job.takes == self.takes)

    def _change_mine(self, actions: Sequence[Action]) -> "Job":
        return Job.change(self.job_id, actions=actions, condition=self._is_mine())


class Lane(db.Table):
    """That a job works on an event, where only one of its kind may at a time."""

    class Meta(db.TableMeta):
        table_name = db.table_name("jobs")

    job_id = UnicodeAttribute(hash_key=True)
    held_by = UnicodeAttribute()

    @classmethod
    def find_holder(cls, lane: str) -> str | None:
        """The id of the job that holds the lane, read consistently."""
        found = cls.find(lane)
        return found.held_by if found else None

    def take_within(self, write: TransactWrite) -> None:
        """Part of a larger transaction; fails it when another job holds the lane."""
        free = Lane.job_id.does_not_exist() | (Lane.held_by == self.held_by)
        write.save(self, condition=free)

    def free_within(self, write: TransactWrite) -> None:
        """Part of a larger transaction; fails it when the lane is not this job's."""
        write.delete(self, condition=Lane.held_by == self.held_by)
