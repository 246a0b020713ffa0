"""Footprints drawn by program: morphology, pressed into ground, lit, and photographed."""
