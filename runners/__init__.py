"""Turns ONE run into files; knows nothing of the command line, executors or MLflow."""
