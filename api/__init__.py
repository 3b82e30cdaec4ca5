"""The JSON API. With it, programs and this app's grid can do what people can do on the app's pages."""
