"""The request lines that Django's development server logs."""

import logging
import re

QUERY = re.compile(r"\?\S*")


class WithoutQueries(logging.Filter):
    """Cuts off what stands behind the question mark: Smartsheet's codes come back there, and states."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; let it through."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        record.args = tuple(QUERY.sub("?…", one) if isinstance(one, str) else one for one in arguments)
        return True
