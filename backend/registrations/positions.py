"""Where a job that goes through guests page by page goes on.

A page of a list begins after a guest's name, and a job's item never holds a name: so it is kept
with the job's files, which expire and which erasing a guest deletes.
"""

import json
from typing import Any

from backend.jobs import file_store

Position = dict[str, Any]


def fetch(job_id: str, page: int) -> Position | None:
    """Where a page starts, ``None`` for the first; refuses with ``FileGone``."""
    if page == 0:
        return None
    kept: Position = json.loads(file_store.get(job_id, _name(page)))
    return kept


def keep(job_id: str, page: int, position: Position | None) -> bool:
    """Keep where a page starts; answers whether there is such a page."""
    if position is None:
        return False
    content = json.dumps(position, ensure_ascii=False).encode()
    file_store.put(job_id, _name(page), content, content_type="application/json")
    return True


def forget(job_id: str, page: int) -> None:
    """Let go of where a page starts, which names a guest; one that is not there is no error."""
    if page > 0:
        file_store.remove(job_id, _name(page))


def _name(page: int) -> str:
    return f"start-{page:06}.json"
