"""The rules of detection, by stage."""
