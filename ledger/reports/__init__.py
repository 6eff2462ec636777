"""What people look at: one file per thing, in the words of the school."""
