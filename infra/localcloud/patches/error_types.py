"""A failed function's ``errorType`` is the name of its exception.

ministack answers ``Runtime.HandlerError`` whatever was raised, so a state machine could not
retry or catch by name and an invoker could not tell one failure from another.
"""

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_ANSWER = '"trace": traceback.format_exc()}'
_ANSWER_WITH_TYPE = '"type": type(e).__name__, "trace": traceback.format_exc()}'

# An invocation runs the worker and shapes its answer on one thread, so what the worker said is
# handed over there.
_handed_over = threading.local()


def install() -> None:
    """Let the worker name the exception and the answer carry the name and the stack."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_ANSWER) != 1:
        raise RuntimeError("the Lambda worker of this ministack answers differently")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_ANSWER, _ANSWER_WITH_TYPE)

    run = lambda_runtime.Worker.invoke
    shape = lambda_svc._execute_function_warm

    def invoke(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        answer: dict[str, Any] = run(self, *args, **kwargs)
        _handed_over.answer = answer
        return answer

    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        _handed_over.answer = {}
        result: dict[str, Any] = shape(func, event, request_id)
        answer = _handed_over.answer
        if result.get("error") and answer.get("type"):
            result["body"]["errorType"] = answer["type"]
            result["body"]["stackTrace"] = answer.get("trace", "").splitlines()
        return result

    lambda_runtime.Worker.invoke = invoke
    lambda_svc._execute_function_warm = execute
