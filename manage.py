#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        import project.settings  # noqa: F401  (a wrong setting is one sentence, not a traceback)
    except ImproperlyConfigured as error:
        sys.exit(f"AI Photo Studio cannot start: {error}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
