"""How a simulated face is photographed: pose, light, framing, and flaws of the picture."""
