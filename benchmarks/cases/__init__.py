"""What is measured; each case runs in a fresh process."""
