"""``make bench`` counts the calls of every route: a route without a row there fails here."""

import json
from pathlib import Path

from bench.routes.rows import ROWS


def test_every_route_of_the_api_has_a_row_in_the_table_of_calls():
    paths = json.loads(Path("openapi.json").read_text())["paths"]

    assert set(ROWS) == {(method.upper(), path) for path, ways in paths.items() for method in ways}
