"""WHERE it goes: run folders, written atomically and read back as records."""
