"""The approvals page: what will be signed, shown from the bytes that will be signed."""
