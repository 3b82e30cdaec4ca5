"""Code that pages with forms share: a field for each column type, the words for problems, and drafts."""
