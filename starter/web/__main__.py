"""Run the pages: ``python -m starter.web``."""

from starter.web.serving import main

main()
