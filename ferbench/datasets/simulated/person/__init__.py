"""Who a simulated person is: shape, colours, hair, and personal habits of expression."""
