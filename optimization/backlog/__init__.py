"""Reallocation of a whole backlog: scarcity prices, exact patterns an order, search, and a proven bound."""
