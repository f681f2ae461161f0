"""WireGuard for Lanyard: keys and configurations, and the address that a bridge may listen on."""
