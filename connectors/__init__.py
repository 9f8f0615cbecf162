"""Adapters to the systems the tower sits above, all behind one small Protocol."""
