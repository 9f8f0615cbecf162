"""Rules of allocation, one exception type a file."""
