"""Rules of governance, one exception type a file."""
