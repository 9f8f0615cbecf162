"""Use cases: functions and small classes with keyword dependencies."""
