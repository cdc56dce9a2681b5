"""A space of too many settings to be listed: nine concepts of five levels, 1,953,125 settings."""

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind

LEVELS = (0.0, 0.1, 0.2, 0.3, 0.4)
LARGE = ConceptSpace(tuple(ConceptSpec(f"c{i}", Kind.ORDINAL, LEVELS, 0.0, f"c{i} by {{value:g}}") for i in range(9)))
