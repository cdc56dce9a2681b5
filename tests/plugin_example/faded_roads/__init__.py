"""For Faded: what is watched and written about roads. Importing the package registers all of it."""

from faded_roads import agent, concept, discrepancy, target  # noqa: F401
