"""Is this data set sound for a benchmark? Reads every image once, and finds what is wrong."""
