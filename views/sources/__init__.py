"""The sources page: health and schedule of each source, and the records it could not read."""
