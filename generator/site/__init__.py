"""The site: everything from plan, store, templates and texts to the output folder."""

from generator.site.assemble import (
    SiteReport,
    check_site,
    check_site_output,
    write_site,
)
from generator.site.output.staging import remove_site

__all__ = [
    "SiteReport",
    "check_site",
    "check_site_output",
    "remove_site",
    "write_site",
]
