"""The window around the screens: rail, top bar, status bar, banner, toasts, palette."""
