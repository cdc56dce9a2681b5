"""`python -m faded`."""

import sys

from faded.cli import main

sys.exit(main())
