"""How long carrying out may take, and what is done when it takes longer: every wait has a limit."""

from datetime import timedelta

from temporalio.common import RetryPolicy

RECORDING_TIMEOUT = timedelta(seconds=20)
"""One try at writing a turn; the database's own statement timeout is shorter."""
RECORDING_WAITS_LOCALLY = timedelta(seconds=5)
"""A longer pause between tries becomes a timer: a durable wait that the console shows."""
RECORDING_AGAIN = timedelta(hours=1)
"""When recording cannot go on without somebody looking (mismatch): how often it is tried."""
RECORDING_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=15),
)
DELIVERY_LOCALLY = timedelta(seconds=4)
"""What a deadline brings is sent within the workflow task that found it, if that takes no longer."""
ONE_TRY = RetryPolicy(maximum_attempts=1)
DELIVERY_TIMEOUT = timedelta(minutes=5)
DELIVERY_HEARTBEAT = timedelta(seconds=20)
"""A worker that dies while sending is noticed after this; it tells that it lives beside what it sends."""
DELIVERY_LIMIT = timedelta(days=3)
"""After so long the round is given up and begun anew, with an error in the log."""
DELIVERY_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
)
