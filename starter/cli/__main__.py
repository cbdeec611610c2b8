"""The command line without its installed script: ``python -m starter.cli``."""

from starter.cli import main

main()
