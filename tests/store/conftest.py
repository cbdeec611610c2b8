"""What the store's tests work with."""

from tests.postgres import database, key_ring, postgres, store

__all__ = ["database", "key_ring", "postgres", "store"]
