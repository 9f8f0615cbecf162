"""From the store to what the screens show."""
