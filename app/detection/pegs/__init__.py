"""Pegging of the mirror, group by group: which lines their supply does not cover, and who could help."""
