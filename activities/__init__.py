"""What a case does outside of itself: one class for each outside system, each safe to repeat.

Activities get ids and return ids, codes and dates. Nothing personal passes through Temporal.
"""
