"""The processes beside the window: the sync worker, and the services of the demo."""
