"""The API's documentation: one page of HTML made from ``openapi.json``, with a stylesheet.

It needs no script and no other host. ``files`` is what ``infra.deploy`` puts into the static
bucket, where ``infra/edge.yaml`` serves it as ``/docs``; ``python -m infra.docs_page FOLDER``
writes the same into a folder, to look at.
"""

from infra.docs_page.page import files

__all__ = ["files"]
