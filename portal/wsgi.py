"""The WSGI application: waitress serves it locally, Zappa on Lambda."""

import gc
import os

# Importing makes many objects and no garbage worth looking for; a cold start skips the search.
gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the pause began

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402 - needs the settings

# The pages' modules are part of the start, not of the first guest's request.
get_resolver().url_patterns  # noqa: B018 - reading it imports them
gc.freeze()
gc.enable()
