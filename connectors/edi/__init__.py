"""Trading partners over EDI: X12 and EDIFACT documents through a drop folder."""
