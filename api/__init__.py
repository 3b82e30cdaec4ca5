"""The JSON API: everything that people can do on the pages, for programs and for the grid."""
