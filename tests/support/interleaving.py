"""The real code, one DynamoDB call at a time, in whatever order a test wants.

A ``Process`` runs a call of our services in a thread that stops before each of its calls to
the tables of events, seats, registrations and bookings. The test then says what happens to that call: it goes through, the process
dies before or after it, its answer is lost and botocore sends it again, or a copy of it
lingers on the wire and lands later. Only one thread ever runs, so a test is repeatable.
"""

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from backend.events.models import Event
from backend.registrations.models import Registration
from backend.seats.models import Block
from backend.sessions.models import Booking
from backend.shared.errors import DomainError

TABLES = {model.Meta.table_name for model in (Registration, Booking, Block, Event)}
WRITES = {"PutItem", "UpdateItem", "TransactWriteItems"}
_REFUSED = ("ConditionalCheckFailedException", "TransactionCanceledException")
PATIENCE = 20
GO, CRASH_BEFORE, CRASH_AFTER, RESEND = "go", "crash before", "crash after", "resend"

_mine = threading.local()


class Crash(BaseException):
    """The process dies; nothing of it runs any more."""


@dataclass(frozen=True)
class Call:
    """A call to DynamoDB: the operation and its parameters as they go out."""

    operation: str
    parameters: dict[str, Any]

    @property
    def is_write(self) -> bool:
        return self.operation in WRITES

    @property
    def table(self) -> str:
        return self.parameters.get("TableName", "")

    def writes_to(self, model: Any) -> bool:
        return self.is_write and model.Meta.table_name in _tables_of(self.parameters)


class Process:
    """One service call, stopped before each call to DynamoDB until ``step`` lets it go.

    ``place`` is the machine it runs on, for tests in which each believes something else.
    """

    def __init__(self, name: str, work: Callable[[], Any], *, place: int = 0) -> None:
        self.name, self.answer, self.refusal, self.bug = name, None, None, None
        self.place = place
        self.is_over, self.crashed = False, False
        self.call: Call | None = None
        self.order = GO
        self._work, self._turn, self._rest = (
            work,
            threading.Semaphore(0),
            threading.Semaphore(0),
        )
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self.step()

    @property
    def answered(self) -> bool:
        """Whether the caller got an answer, be it a refusal."""
        return self.is_over and not self.crashed

    def step(self, order: str = GO) -> None:
        """Let the call it stands before happen so, and run on to the next one or the end."""
        assert not self.is_over, f"{self.name} is over"
        self.order = order
        self._turn.release()
        assert self._rest.acquire(timeout=PATIENCE), f"{self.name} hangs at {self.call}"
        if self.is_over:
            self._thread.join(PATIENCE)
        if self.bug:
            raise self.bug

    def finish(self) -> Any:
        """Run on to the end and answer what it answered."""
        while not self.is_over:
            self.step()
        return self.answer

    def until(self, operation: str, model: Any) -> "Process":
        """Run on until it stands before this operation on this model's table."""
        while not self.is_over:
            assert self.call is not None
            if (self.call.operation, self.call.table) == (operation, model.Meta.table_name):
                return self
            self.step()
        raise AssertionError(f"{self.name} was over before {operation}")

    def _run(self) -> None:
        _mine.process = self
        self._turn.acquire()
        try:
            self.answer = self._work()
        except Crash:
            self.crashed = True
        except DomainError as refusal:
            self.refusal = refusal
        except BaseException as bug:  # noqa: BLE001 -- raised again where the test looks
            self.bug = bug
        self.is_over, self.call = True, None
        self._rest.release()

    def stand_before(self, call: Call) -> None:
        """Called in the process's thread: wait for what is to happen to this call."""
        self.call = call
        self._rest.release()
        self._turn.acquire()


def _before_call(model: Any, params: dict[str, Any], **_: Any) -> None:
    process: Process | None = getattr(_mine, "process", None)
    if process is None or not TABLES & _tables_of(_mine.parameters):
        return
    process.stand_before(Call(model.name, copy.deepcopy(_mine.parameters)))
    if process.order == CRASH_BEFORE:
        raise Crash


def _note_parameters(params: dict[str, Any], **_: Any) -> None:
    _mine.parameters = params


def _after_call(**_: Any) -> None:
    process: Process | None = getattr(_mine, "process", None)
    if process is not None and process.order == CRASH_AFTER:
        raise Crash


def _needs_retry(attempts: int, **_: Any) -> float | None:
    process: Process | None = getattr(_mine, "process", None)
    resend = process is not None and process.order == RESEND and attempts == 1
    return 0 if resend else None


def is_sent_twice() -> bool:
    """Whether the answer to this call is lost and the client sends it again."""
    process: Process | None = getattr(_mine, "process", None)
    return process is not None and process.order == RESEND


def _tables_of(parameters: dict[str, Any]) -> set[str]:
    if "TransactItems" in parameters:
        return {part["TableName"] for item in parameters["TransactItems"] for part in item.values()}
    return {parameters["TableName"]} if "TableName" in parameters else {*parameters["RequestItems"]}


_HOOKS: dict[str, Callable[..., Any]] = {
    "before-parameter-build.dynamodb": _note_parameters,
    "before-call.dynamodb": _before_call,
    "after-call.dynamodb": _after_call,
    "needs-retry.dynamodb": _needs_retry,
}


def dynamodb_client() -> Any:
    """The botocore client that all models of this process share."""
    return Registration._get_connection().connection.client


def kill_at(number: int, when: str, work: Callable[[], Any]) -> None:
    """Do ``work`` until its process dies (``CRASH_…``) at that call, or to its end before."""
    with stopping_before_calls():
        process = Process("killed", work)
        for _ in range(number):
            if not process.is_over:
                process.step()
        if not process.is_over:
            process.step(when)


@contextmanager
def stopping_before_calls() -> Iterator[None]:
    """Processes stop before their calls while this is open; other threads do not."""
    events = dynamodb_client().meta.events
    for name, hook in _HOOKS.items():
        events.register_first(name, hook)
    try:
        yield
    finally:
        for name, hook in _HOOKS.items():
            events.unregister(name, hook)


def land(call: Call) -> None:
    """A copy of a write arrives late: a transaction after its token was forgotten."""
    parameters = copy.deepcopy(call.parameters)
    parameters.pop("ClientRequestToken", None)
    try:
        dynamodb_client()._make_api_call(call.operation, parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _REFUSED:
            raise


def dies_after(writes: int, work: Callable[[], Any]) -> bool:
    """Let a call die right after its n-th write; whether it came to its end before that."""
    with stopping_before_calls():
        process = Process("dying", work)
        while not process.is_over:
            assert process.call is not None
            is_last = process.call.is_write and writes == 1
            writes -= process.call.is_write
            process.step(CRASH_AFTER if is_last else GO)
        return not process.crashed
