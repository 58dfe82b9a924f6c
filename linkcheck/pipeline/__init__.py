"""The steps of each command: they yield results and progress, and print nothing."""
