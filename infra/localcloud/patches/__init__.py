"""Where ministack differs from AWS in a way that Foyer would notice.

One module per difference; its docstring gives the reason, and ``tests/integration/localcloud``
has a test that fails when the patch is left out (``LOCALCLOUD_WITHOUT=stream_mappings``).
"""

from collections.abc import Collection

from infra.localcloud.patches import (
    api_import,
    confirmed_addresses,
    error_types,
    function_workers,
    mail_rights,
    media_viewers,
    saving,
    stack_secrets,
    stream_mappings,
    table_settings,
    user_names,
)

PATCHES = {
    "api_import": api_import.install,
    "confirmed_addresses": confirmed_addresses.install,
    "error_types": error_types.install,
    "function_workers": function_workers.install,
    "mail_rights": mail_rights.install,
    "media_viewers": media_viewers.install,
    "saving": saving.install,
    "stack_secrets": stack_secrets.install,
    "stream_mappings": stream_mappings.install,
    "table_settings": table_settings.install,
    "user_names": user_names.install,
}


def install(*, without: Collection[str] = ()) -> None:
    """Apply every patch but those named; an unknown name is a mistake and raises KeyError."""
    for name in without:
        PATCHES[name]
    for name, apply in PATCHES.items():
        if name not in without:
            apply()
