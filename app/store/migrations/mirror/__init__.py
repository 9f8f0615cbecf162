"""Revisions of the mirror."""
