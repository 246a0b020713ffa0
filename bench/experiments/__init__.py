"""WHAT to run: frozen records, the TOML that makes them, and the plan of runs."""
