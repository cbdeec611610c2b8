"""Temporal's console, made ready for cases: columns, saved views, and a door that brings both to a browser."""
