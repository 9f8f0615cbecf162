"""The queue of open cases: a columnar store, one item model, one delegate."""
