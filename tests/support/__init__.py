"""What test modules share: small projects, networks, sites, browsers."""
