"""Hard negative generation (HNG): the frontal neutral face of a photograph, as a stage."""
