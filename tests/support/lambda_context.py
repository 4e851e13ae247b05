"""What Lambda tells a handler about itself."""

from types import SimpleNamespace

CONTEXT = SimpleNamespace(
    function_name="events-stream",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:events-stream",
    aws_request_id="1",
)
