"""The codec server: opens payloads for Temporal's console, for who may see the case that they are of."""
