"""What stands at the pages' address until the pages are there: that everything runs, and how many cases there are."""
