"""Tables from files: CSV and XLSX in a watched folder, read by mapping profiles."""
