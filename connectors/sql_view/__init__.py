"""A database of the customer, read by SELECTs of a profile and never written."""
