"""How a database file of an older program is brought up to date."""
