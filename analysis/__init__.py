"""Reads results, computes tables from data frames, then renders them."""
