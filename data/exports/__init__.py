"""Files for people to take away: frames in, bytes out."""
