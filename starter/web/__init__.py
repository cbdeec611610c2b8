"""The pages: what staff work with after logging in, and what parents and partners open from a link."""
