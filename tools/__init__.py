"""What keeps the project honest: test images, harvested facts, trials, generated pages."""
