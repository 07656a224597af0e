"""Networks at work: device, precision, memory, tiles."""
