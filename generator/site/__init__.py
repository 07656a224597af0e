"""The site: everything from plan, store, templates and texts to the output folder."""

from generator.site.downloads import Export
from generator.site.output import remove_site
from generator.site.write import SiteReport, check_site, check_site_output, derived_keys, write_site

__all__ = [
    "Export",
    "SiteReport",
    "check_site",
    "check_site_output",
    "derived_keys",
    "remove_site",
    "write_site",
]
