"""Help inside the window: topics beside the page, found by words."""
