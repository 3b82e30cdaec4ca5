"""All calls to Smartsheet's sheets: limited in time and size, and no write is sent twice."""
