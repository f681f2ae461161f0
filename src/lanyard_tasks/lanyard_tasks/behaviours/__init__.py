"""The behaviours that come with Lanyard, found by entry points like anybody's."""
