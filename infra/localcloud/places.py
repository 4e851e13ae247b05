"""Where the local cloud is and keeps its things."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_STATE = PROJECT / ".local" / "cloud"
HOST = "127.0.0.1"
REGION = "eu-central-1"
