"""WHO runs it: executors that turn planned runs into finished run folders."""
