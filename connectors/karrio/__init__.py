"""karrio as the transport system: carriers' services and rates, bookings with labels, rebooking."""
