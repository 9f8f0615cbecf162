"""Rules of returns, one exception type a file."""
