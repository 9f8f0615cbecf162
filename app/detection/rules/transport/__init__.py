"""Rules of transport, one exception type a file."""
