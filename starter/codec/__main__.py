"""Run the codec server: ``python -m starter.codec``."""

from starter.codec.serving import main

main()
