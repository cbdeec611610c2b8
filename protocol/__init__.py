"""The protocol *Sexting & Loverboys*: what one case does, pure.

Nothing in this package reads a clock, touches a network or a file, or knows Temporal. It is
meant to be read next to the protocol's own text (``docs/protocol.md``).
"""
