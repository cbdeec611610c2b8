"""Workflows wait; they decide nothing. The rules are in ``protocol``, the work in ``activities``."""
