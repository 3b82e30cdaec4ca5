"""Makes all calls to Smartsheet's sheets, and limits their time and size. No write is sent twice."""
