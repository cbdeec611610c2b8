"""The parts of ``make run``: everything that Vangnet needs, on this machine only, with demo data."""
