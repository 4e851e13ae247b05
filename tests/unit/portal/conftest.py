import os

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


@pytest.fixture(scope="session", autouse=True)
def _django() -> None:
    """Templates and texts work; nothing is called."""
    import django

    from infra import assets

    assets.build()
    django.setup()
