"""`python -m tracekit.cli` is `tracekit`."""

from tracekit.cli import main

main()
