"""Rules of data quality, one exception type a file."""
