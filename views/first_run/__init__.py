"""The first run: demo, connect a system, or import a file."""
