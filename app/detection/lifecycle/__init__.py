"""The life of cases: opened, held back, kept, flapping, cleared, expired and opened again."""
