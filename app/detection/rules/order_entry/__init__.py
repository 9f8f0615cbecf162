"""Rules of order entry, one exception type a file."""
