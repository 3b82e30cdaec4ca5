"""Static files with hashes in their names. JavaScript modules import each other by these names."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticFiles(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # a pass per level of imports
