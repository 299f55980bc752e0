"""Products of another system, made into a draft of a shop's folder. The command: docs/product-import.md."""
