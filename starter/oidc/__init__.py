"""A login provider for trying: OpenID Connect for real, with made-up people and no passwords.

It listens on this machine only. The pages know it as they know any other provider.
"""
