"""Renders tables: terminal, Markdown, LaTeX, CSV, JSON."""
