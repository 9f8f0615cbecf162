"""What is really wrong in the world, and what caused it: known to the world, never to the tower."""
