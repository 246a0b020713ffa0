"""Seeing what a model sees: its filters, what they answer, and where it looks."""
