"""Pages of sessions and halls: here, since they show what was sold, and the programme knows of no orders."""
