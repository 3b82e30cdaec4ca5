"""The JSON API. Through it, programs and the grid can do what people can do on the pages."""
