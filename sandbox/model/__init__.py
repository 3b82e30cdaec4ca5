"""What the sandbox holds, and the rules by which it changes. Nothing here knows of HTTP."""
