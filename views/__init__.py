"""The window: one folder a screen, a theme, a map and small widgets."""
