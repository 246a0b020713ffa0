"""Searches: Optuna asks for runs, and is told what became of them."""
