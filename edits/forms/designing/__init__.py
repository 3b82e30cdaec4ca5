"""The pages on which designers make forms: the list, the designer, the preview, publishing, and the history."""
