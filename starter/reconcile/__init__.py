"""Bringing PostgreSQL and Temporal together again when they are from different moments."""
