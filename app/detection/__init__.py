"""The rules of the catalogue as set-based SQL, and the engine that keeps the cases by them."""
