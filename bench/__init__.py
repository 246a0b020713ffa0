"""The harness a user talks to: what to run, where it goes, who runs it."""
