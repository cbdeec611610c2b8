"""How each process starts: settings, logs, Temporal's connection, and when to stop."""
