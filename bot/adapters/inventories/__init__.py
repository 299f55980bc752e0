"""The stock of the shop's own system: one module per kind of system, and what stands around each of them."""
