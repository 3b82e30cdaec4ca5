"""Contains code that all pages with forms use: a field for each column type, the words for problems, and drafts."""
