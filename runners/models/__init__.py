"""Classifiers of torchvision and timm, their weights, and their ordered blocks."""
