"""What pages with forms share: fields per column type, problems in words, drafts."""
