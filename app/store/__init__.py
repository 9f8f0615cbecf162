"""The two local databases: the mirror of the sources and the ledger, through SQLAlchemy Core."""
