"""Forms that people fill in with their own editor: the text they see, and what they wrote in it."""
