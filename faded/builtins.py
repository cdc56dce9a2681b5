"""Imports everything that registers itself: the built-in concepts, spaces and discrepancies.

Called by the worker, the command line and the tests; never by the web process.
"""

import faded.concepts.image
import faded.concepts.presets
import faded.concepts.text
import faded.discrepancies.classification
import faded.discrepancies.text  # noqa: F401
