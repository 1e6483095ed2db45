"""Images on their way to a method: decoding, preparing, cropping, photometric normalisation."""
