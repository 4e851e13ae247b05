"""A function's process ends with the cloud that started it, even in the middle of a call.

ministack's workers notice that the cloud is gone only when they ask for the next event, so one
that was busy when the cloud was killed went on to write into the cloud started after it.
"""

from ministack.core import lambda_runtime

_START = "def run():\n"
_WATCH = """
def _end_with_the_cloud():
    import os, threading, time
    cloud = os.getppid()
    def watch():
        while os.getppid() == cloud:
            time.sleep(0.2)
        os._exit(1)
    threading.Thread(target=watch, daemon=True).start()

_end_with_the_cloud()

"""


def install() -> None:
    """Let every Python worker watch its parent from a thread of its own."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_START) != 1:
        raise RuntimeError("the Lambda worker of this ministack starts differently")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_START, _WATCH + _START)
