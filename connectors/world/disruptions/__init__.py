"""What can go wrong on purpose in a world: a plan of disruptions, one file a kind or two close ones."""
