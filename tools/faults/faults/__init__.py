"""Power losses, kills, failing disks and flipped bytes, tried on real servers."""
