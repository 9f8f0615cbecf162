"""The judge: the tower is led through a recorded world and measured against its truth."""
