"""The protocol's rules, a module for each part of the page; each rule answers one message.

A rule looks at the message's fields and at the state, and emits what happened. Who may tell the
message, in which step and under which standing conditions is settled before, by ``access``.
"""
