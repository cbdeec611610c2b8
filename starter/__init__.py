"""Who starts and steers cases: the client, the command line, the local stack and the pages."""
