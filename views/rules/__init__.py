"""The rules page: policies and decision rights in force, an edited copy with checks and a rehearsal."""
