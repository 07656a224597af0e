"""Everything that runs networks. Only this package imports torch and spandrel."""
