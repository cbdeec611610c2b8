"""The measurements themselves are tested for working, not for what they find."""
