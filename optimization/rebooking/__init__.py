"""Carrier rebooking at scale: flat integer arrays, prices on scarce room, a proven bound."""
