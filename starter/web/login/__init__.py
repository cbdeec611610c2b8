"""Logging in: OpenID Connect, code flow with PKCE, our client authenticated by ``private_key_jwt`` (NL GOV profile)."""
