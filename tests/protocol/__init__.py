"""The protocol, tested sentence by sentence and against a second reading of the page."""
