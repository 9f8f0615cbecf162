"""Data files (fonts, icons, map geometry) and the loader that reads them."""
