"""Imports everything that registers itself: the built-in concepts, spaces and discrepancies, then installed plug-ins.

Called by the worker, the command line and the tests; never by the web process. A plug-in that cannot be loaded stops
nothing here; `plugins.check` says so where a round begins, so that a worker goes on and its page shows why.
"""

import faded.concepts.image
import faded.concepts.presets
import faded.concepts.text
import faded.discrepancies.classification
import faded.discrepancies.text  # noqa: F401
from faded import plugins

plugins.load()
