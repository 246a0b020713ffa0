"""A trained run as one folder that others can use without trackbench."""
