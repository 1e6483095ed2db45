"""What a simulated face does: action units at the apex, and how they get there."""
