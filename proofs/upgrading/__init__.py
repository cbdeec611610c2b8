"""What the rehearsal of an upgrade needs: two releases beside each other, and people who work with either."""
