"""The log's filters, from a page's address or a command, and the people and sheets that can be chosen in them."""
