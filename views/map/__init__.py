"""The exception map: places, lanes and open cases on a projection of the world."""
