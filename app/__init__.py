"""Composition, use cases, store, signing, hub and entry points."""
