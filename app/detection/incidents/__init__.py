"""Grouping cases by cause: pegging, static keys, mutes, contrast; incidents and their value."""
